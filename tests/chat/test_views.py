from bot.chat.views import (
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Picture,
    Strong,
    View,
    line,
    note,
    plain,
)

VIEW = View(
    (
        line("Some ", Strong("strong"), " words and ", Code("code")),
        Item(
            title=(Link("A paper", "https://example.org/a"),),
            lines=(("by Ada",), ("▲ 3",)),
            buttons=(Button("Save", "save 1"), Button("Similar", "similar 1")),
            number=1,
            paper="1",
        ),
        Item(title=("No paper",)),
        Picture("https://example.org/p.png", "a picture"),
        Picture("https://example.org/q.png", ""),
        note("1 of 2"),
        Buttons((Button("More", "list page:2"),)),
        Field("Search", "list"),
    ),
    title="A list",
)


def test_plain_text_shows_everything_and_a_button_as_what_to_type():
    assert plain(VIEW) == (
        "A list\n\n"
        "Some strong words and code\n\n"
        "1. A paper (https://example.org/a)\n"
        "   by Ada\n"
        "   ▲ 3\n"
        "   → Save: save 1\n"
        "   → Similar: similar 1\n\n"
        "No paper\n\n"
        "a picture (https://example.org/p.png)\n\n"
        "https://example.org/q.png\n\n"
        "1 of 2\n\n"
        "→ More: list page:2\n\n"
        "→ Search: list …"
    )


def test_a_link_that_is_its_own_text_is_shown_once():
    assert plain(View((line(Link("https://a.org", "https://a.org")),))) == "https://a.org"


def test_control_characters_never_reach_a_terminal():
    hostile = View(
        (line("\x1b[31mred", Strong("\x07")), Item(title=("a\nb\u202e",))), title="\x1b]0;title\x07"
    )
    assert "\x1b" not in plain(hostile)
    assert "\u202e" not in plain(hostile)
    assert plain(hostile).count("\n") == 4


def test_a_paper_is_found_by_the_number_that_it_is_shown_with():
    view = View(tuple(Item((f"T{n}",), number=n, paper=f"p{n}") for n in (6, 8)))
    assert view.numbered_papers == ("", "", "", "", "", "p6", "", "p8")
    without = View((Item(("T",), paper="p1"), Item(("U",), paper="p2")))
    assert without.numbered_papers == ("p1", "p2")
    assert View(()).numbered_papers == ()


def test_a_view_knows_its_papers_and_buttons_in_order():
    assert VIEW.papers == ("1",)
    assert [button.line for button in VIEW.buttons] == ["save 1", "similar 1", "list page:2"]
