from preview.slack import pages


def test_every_page_of_the_preview_can_be_drawn():
    drawn = pages()
    assert set(drawn) == {
        "digest",
        "thread",
        "compact",
        "full",
        "card",
        "list",
        "saved",
        "welcome",
        "home",
        "help",
        "slip",
        "form",
        "pick",
        "pick-thread",
        "posted",
    }
    assert "Daily Papers · Friday 22 May 2026" in drawn["digest"]
    assert "Your shelf" in drawn["home"]
    assert "Cancel" in drawn["form"]
