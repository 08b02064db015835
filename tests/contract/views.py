"""What every adapter's rendering must keep to: generated views, and what of them has to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from hypothesis import strategies as st

from bot.chat.views import (
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Moment,
    Picture,
    Span,
    Strong,
    Text,
    View,
)

# what is markup, a mention or a command to some platform or terminal
MARKUP = (
    *(
        "<!channel>",
        "<@U1>",
        "<@1>",
        "<#1>",
        "</x:1>",
        "<t:0>",
        "<:a:1>",
        "@everyone",
        ":tada:",
        "&amp;",
        "\\",
    ),
    *("*a*", "_a_", "`a`", "~a~", "||a||", "# a", "-# a", "> a", "- a", "[x](y)", "[bold]x[/bold]"),
    *("\x1b[31m", "\x1b]8;;x\x07", "\u202e", "\u200b"),
)
WORDS = st.one_of(
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40
    ),
    st.sampled_from(MARKUP),
    st.builds("a{}b".format, st.sampled_from(MARKUP)),
)
URLS = st.builds("https://example.org/{}".format, st.integers(0, 999))
SPAN = st.one_of(
    WORDS, st.builds(Strong, WORDS), st.builds(Code, WORDS), st.builds(Link, WORDS, URLS)
)
MOMENT = st.builds(Moment, WORDS, st.datetimes(timezones=st.just(UTC)))
SPANS = st.lists(SPAN, min_size=1, max_size=4).map(tuple)
BUTTON = st.builds(Button, WORDS, st.builds("save {}".format, st.integers(0, 10**6)))
BUTTONS = st.lists(BUTTON, max_size=3).map(tuple)
BLOCK = st.one_of(
    st.builds(Text, SPANS, st.booleans()),
    st.builds(
        Item,
        title=SPANS,
        lines=st.lists(SPANS, max_size=3).map(tuple),
        buttons=BUTTONS,
        number=st.one_of(st.none(), st.integers(1, 9)),
        paper=st.one_of(st.none(), st.just("2401.00001")),
        picture=st.one_of(st.none(), URLS),
    ),
    st.builds(Picture, URLS, WORDS),
    st.builds(Buttons, st.lists(BUTTON, min_size=1, max_size=3).map(tuple)),
    st.builds(Field, WORDS, st.just("saved")),
)
VIEWS = st.builds(View, st.lists(BLOCK, max_size=6).map(tuple), st.one_of(st.just(""), WORDS))


def words(view: View) -> Iterator[str]:
    """Yield every piece of text in a view that somebody has to see."""
    if view.title:
        yield view.title
    for block in view.blocks:
        match block:
            case Text(spans):
                yield from map(_of, spans)
            case Item():
                yield from map(
                    _of, (span for spans in (block.title, *block.lines) for span in spans)
                )
                yield from (button.label for button in block.buttons)
            case Picture(_, alt):
                yield alt
            case Buttons(buttons):
                yield from (button.label for button in buttons)
            case Field(label, _):
                yield label


def _of(span: Span) -> str:
    return span if isinstance(span, str) else span.text
