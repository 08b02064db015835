"""Nothing from outside is markup, and people read what was said."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given

from adapters.discord.markup import cut, markdown
from bot.chat.views import Code, Link, Moment, Span, Strong
from bot.text import visible
from tests.contract.views import MARKUP, SPANS
from tests.rigs.discord_markdown import Run, read, seen

HOSTILE = (
    *MARKUP,
    *(
        "<@!1>",
        "<@&1>",
        "@here",
        "<t:0:R>",
        "<a:b:1>",
        "<id:guide>",
        "-# x",
        "## x",
        ">>> x",
        "* x",
        "+ x",
        "1. x",
        "12) x",
    ),
    *(
        "[x](https://example.org)",
        "https://example.org/a_b_c",
        "discord://x",
        "__x__",
        "~~x~~",
        "***x***",
        "```x```",
        "``x``",
    ),
    *(
        r"\*x\*",
        r"\\",
        "¯\\_(ツ)_/¯",
        "_x_",
        "snake_case_name",
        "a*b*c",
        "x`",
        "[",
        "](",
        "x]",
        "**",
        "||",
    ),
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "a {} b", "{}{}", " {}"])
def test_hostile_text_is_read_as_it_is(text, around):
    said = around.format(text, text)
    assert read(markdown((said,))) == ([Run((), visible(said))] if visible(said).strip() else [])


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        (("plain",), "plain"),
        ((Strong("bold"), " and ", Code("code")), "**bold** and `code`"),
        ((Strong("a"), Strong("b")), "**ab**"),
        ((Strong(" a "), "b"), " **a** b"),
        ((Code("a`b"),), r"a\`b"),
        ((Link("a paper", "https://example.org/a"),), "[a paper](https://example.org/a)"),
        ((Link("https://example.org/a", "https://example.org/a"),), "<https://example.org/a>"),
        ((Link("[x](y)", "https://example.org/a"),), r"\[x\](y) ([link](https://example.org/a))"),
        (
            (Link("https://bank.org", "https://evil.org"),),
            r"https\://bank.org ([link](https://evil.org))",
        ),
        ((Link("a", "https://example.org/(b) c"),), "[a](https://example.org/%28b%29%20c)"),
        ((Link("a", "javascript:alert(1)"),), r"a (javascript\:alert(1))"),
        (("1", ". x"), r"1\. x"),
        (("-", " x"), r"\- x"),
        (("\u200b",), ""),
        (("`", Code("<@0>")), r"\`\<\@0\>"),
    ],
)
def test_spans_are_written_as_markdown(spans, written):
    assert markdown(spans) == written


@given(SPANS)
def test_only_our_own_markup_is_markup(spans):
    written = markdown(spans)
    ours = {"strong": Strong, "code": Code, "link": Link, "address": Link}
    for run in read(written):
        for kind in run.kinds:
            assert any(isinstance(span, ours[kind]) for span in spans), (kind, written)
        assert not run.url or any(isinstance(span, Link) and span.url == run.url for span in spans)
    assert "\n" not in written
    outside_code = re.sub(r"`[^`]*`", "", written)
    assert not re.search(
        r"<(@[!&]?|#)\d+>", outside_code
    )  # what the server takes for a mention, escaped or not


@given(SPANS)
def test_people_read_what_was_said(spans):
    said = "".join(visible(_text(span)) for span in spans)
    shown = seen(markdown(spans)).replace(" (link)", "")
    assert shown == (said if said.strip() else "")


@given(SPANS)
def test_a_cut_keeps_the_beginning_and_says_that_there_is_more(spans):
    said = "".join(map(_text, spans))
    short = "".join(map(_text, cut(spans, 10)))
    assert short == said if len(said) <= 10 else (len(short) <= 10 and short.endswith("…"))
    assert said.startswith(short.removesuffix("…").rstrip())


def _text(span: Span) -> str:
    return span if isinstance(span, str) else span.text


def test_a_moment_is_shown_by_the_clock_of_each_reader():
    at = datetime(2026, 5, 30, 7, tzinfo=UTC)
    assert markdown(("Next: ", Moment("Saturday, 9:00", at))) == "Next: <t:1780124400:f>"
