from preview.slack import FORMS, pages


def test_every_page_of_the_preview_can_be_drawn():
    drawn = pages()
    assert {"digest", "compact", "full", "full-older", "card", "home", "help", "shelf"} <= set(
        drawn
    )
    assert set(FORMS) <= set(drawn)
    assert "class=carousel" in drawn["home"]
    assert "class=carousel" not in drawn["home-older"]
    assert "Daily Papers · Friday 22 May 2026" in drawn["digest"]
    assert "Your shelf" in drawn["home"]
    assert "Cancel" in drawn["form"]
