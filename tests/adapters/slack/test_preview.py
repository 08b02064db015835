from preview.slack import pages


def test_every_page_of_the_preview_can_be_drawn():
    drawn = pages()
    assert {"digest", "compact", "full", "full-older", "card", "home", "help", "shelf"} <= set(
        drawn
    )
    forms = {f"form-subscribe{how}" for how in ("", "-empty", "-open", "-wrong")}
    assert forms | {"form-find", "form-find-empty"} <= set(drawn)
    assert "🔖 3" in drawn["counts"]
    assert "Only visible to you" not in drawn["counts"]
    assert "class=carousel" in drawn["home"]
    assert "class=carousel" not in drawn["home-older"]
    assert "Daily Papers · Friday 22 May 2026" in drawn["digest"]
    assert "Your shelf" in drawn["home"]
    assert "Cancel" in drawn["form-save"]
