"""The terminal as a person and a pipe see it."""

import io
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from hypothesis import given
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from adapters.terminal import HERE, ME, Terminal
from adapters.terminal.files import open_file
from adapters.terminal.forms import fill, question, split_blanks
from adapters.terminal.render import render
from bot.chat.commands import in_parts
from bot.chat.intents import Intent
from bot.chat.views import (
    Button,
    Buttons,
    Code,
    Item,
    Link,
    Outcome,
    Strong,
    Text,
    View,
    line,
    plain,
    without_buttons,
)
from bot.errors import UsageError
from bot.text import visible
from tests.conftest import ADA, TODAY, changed
from tests.contract.views import VIEWS, words

CURSOR_WHERE = "\x1b[6n"  # a program's question to its terminal

VIEW = View(
    (
        Item(
            (Link("A paper", "https://example.org/a"),),
            (("by ", Strong("Ada")),),
            (Button("Save", "save 1"),),
            1,
            "1",
        ),
        Text(("1–1 of 9",), quiet=True),
        Buttons((Button("More", "find x page:2"),)),
    ),
    title="Papers",
)


def drawn(view: View, *, colour: bool = False, width: int = 10_000) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="truecolor" if colour else None
    )
    console.print(render(view))
    return out.getvalue()


def test_a_person_sees_numbered_buttons_and_indented_lines():
    assert [line.rstrip() for line in drawn(VIEW, width=80).splitlines()] == [
        "Papers",
        "",
        "1. A paper",
        "   by Ada",
        "   [1] Save",
        "",
        "1–1 of 9",
        "",
        "[2] More",
        "",
    ]


def test_a_link_can_be_followed_and_colours_are_there():
    assert "https://example.org/a" in drawn(VIEW, colour=True)
    assert "\x1b[32m" in drawn(VIEW, colour=True)


def test_in_a_narrow_window_lines_hang_under_their_text_and_buttons_stay_whole():
    title = "A Survey of Very Long Titles That Go On and On"
    item = Item(
        (title,),
        ((Code("find"), "  Find papers by anything you remember"),),
        (Button("Save", "a"), Button("Details", "b"), Button("Similar papers", "c")),
        12,
        "1",
    )
    assert [line.rstrip() for line in drawn(View((item,)), width=30).splitlines()] == [
        "12. A Survey of Very Long",
        "    Titles That Go On and On",
        "    find  Find papers by",
        "          anything you",
        "          remember",
        "    [1] Save  [2] Details",
        "    [3] Similar papers",
        "",
    ]


def test_votes_have_bars_to_compare():
    items = [
        Item((name,), ((f"▲ {votes:,}", " · ", "code"),), (), n, name)
        for n, (name, votes) in enumerate((("a", 1200), ("b", 600), ("c", 0)), 1)
    ]
    lines = [line.strip() for line in drawn(View(tuple(items)), width=80).splitlines()]
    assert f"▲ 1,200 · code  {'■' * 20}" in lines
    assert f"▲ 600 · code  {'■' * 10}" in lines
    assert "▲ 0 · code" in lines


def test_where_nothing_is_pressed_there_are_no_buttons_unless_they_are_all_there_is():
    assert plain(without_buttons(VIEW)) == (
        "Papers\n\n1. A paper (https://example.org/a)\n   by Ada\n\n1–1 of 9"
    )
    choice = View((line("Which one?"), Buttons((Button("A", "a"),))), outcome=Outcome.NOTHING)
    assert "→ A: a" in plain(without_buttons(choice))


@given(VIEWS)
def test_nothing_is_dropped_and_nothing_escapes(view):
    seen = re.sub(r"\s+", "", drawn(view))
    for word in words(view):
        assert re.sub(r"\s+", "", visible(word)) in seen
        assert visible(word) in plain(view)
    for character in "\x1b\u202e\u200b":
        assert character not in drawn(view)
        assert character not in plain(view)


async def typed(bot, lines, monkeypatch, capsys):
    """Send lines through the terminal as a pipe does; return what was printed for each."""
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join([*lines, ""]).encode(errors="replace")))
    )
    await Terminal(Path()).run(bot)
    return capsys.readouterr().out


async def test_a_button_is_pressed_by_its_number(bot, monkeypatch, capsys):
    out = await typed(bot, ["find hebbian", "1", "saved"], monkeypatch, capsys)
    assert "Saved: Hebbian Learning Without Labels" in out
    assert "Your shelf: 1 paper" in out


async def test_reactions_can_be_tried_on_one_paper_of_a_list(bot, monkeypatch, capsys):
    lines = ["today", "react 🔖 2", "react 🔖 1", "unreact 🔖 2", "react 3️⃣", "saved sort:title"]
    out = await typed(bot, lines, monkeypatch, capsys)
    shelf = out[out.index("Your shelf: 2 papers") :]
    assert "1. Hebbian Learning Without Labels" in shelf
    assert "2. Transformers and the Number 10" in shelf


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["7"], "There is no button 7 here. Try “today”."),
        (["find hebbian", "99"], "There is no button 99. Choose 1 to 3."),
        (["react 🔖 1"], "There is no paper here to react to. Try “today” first."),
        (["find hebbian", "react 🔖 2"], "There is no paper 2 here. Choose 1 to 1."),
        (
            ["find hebbian", "react 🎉 1"],
            "🎉 means nothing here. To save the first paper: react 🔖 1",
        ),
        (["save"], "“save” needs a paper (for example 2401.00001, a link, or part of a title)."),
    ],
)
async def test_a_slip_gets_a_sentence(bot, monkeypatch, capsys, lines, sentence):
    assert sentence in await typed(bot, lines, monkeypatch, capsys)


async def test_undo_takes_back_one_change_after_the_other(bot, monkeypatch, capsys):
    lines = [
        "save 2605.00001",
        "tag 2605.00001 memory",
        "note 2605.00001 first",
        "note 2605.00001 second",
        "vote 2605.00001",
        "read 2605.00001",
        *["undo"] * 6,
        "saved",
        "undo",
    ]
    out = await typed(bot, lines, monkeypatch, capsys)
    undone = out[out.index("Marked as read") :]
    for sentence in (
        "Marked as unread: Hebbian",
        "Vote taken back: Hebbian",
        "Hebbian Learning Without Labels: first",
        "Deleted your note on Hebbian",
        "Tags on Hebbian Learning Without Labels: none of yours",
        "Removed from your shelf: Hebbian",
        "Your shelf is empty.",
        "There is nothing to undo.",
    ):
        assert sentence in undone
        undone = undone[undone.index(sentence) :]


async def test_open_names_the_paper_where_there_is_no_browser(bot, monkeypatch, capsys):
    out = await typed(bot, ["open 1", "today", "open 2", "open 99"], monkeypatch, capsys)
    assert "There is no paper 1 here. Try “today” first." in out
    assert "The address is https://huggingface.co/papers/2605.10011" in out
    assert "There is no paper 99 here. Choose 1 to 5." in out


async def test_a_long_form_asks_four_questions_and_then_whether_there_are_more(bot):
    bot = changed(bot, outlets={"terminal": Terminal(Path())})
    blanks = await bot.form(bot.read("subscribe", ME, HERE))
    blanks = in_parts(blanks)
    first, more = split_blanks(blanks)
    asked = [blank.param.name for blank in first]
    assert asked == ["where", "every", "on", "at", "topics"]  # on: only where every: needs it
    assert {"layout", "papers", "zone"} <= {blank.param.name for blank in more}
    assert len(first) + len(more) == len(blanks)
    for blank in first:
        named = f"default: {blank.param.default}" in question(blank.param, blank.value)
        assert named == bool(blank.param.default and not blank.value)


async def test_quit_leaves_the_rest_unread(bot, monkeypatch, capsys):
    assert "Papers" not in await typed(bot, ["quit", "status"], monkeypatch, capsys)


async def test_hostile_lines_get_a_view_each(bot, monkeypatch, capsys):
    lines = [
        "\x00\x1b[2J",
        "x" * 10_000,
        '"',
        "';--",
        "react",
        "react 🔖 ²",
        "²",
        "/find hebbian",
        "FIND hebbian",
        "\u202e",
        "🔖",
    ]
    out = await typed(bot, lines, monkeypatch, capsys)
    assert "Something went wrong" not in out
    assert "\x1b" not in out
    assert out.count("Hebbian Learning Without Labels (") == 2


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere", "No such file or directory"), ("a\0b", "that is no file name")]
)
def test_a_file_that_cannot_be_opened_is_said(name, why):
    with pytest.raises(UsageError) as refused:
        open_file(name)
    assert str(refused.value) == f"{name} can't be read ({why}). Name another file."


async def test_a_question_takes_only_what_the_command_can_be_asked(bot):
    asked = Intent("day", ADA, HERE)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("someday\r\x152026-05-28\r")  # Ctrl-U deletes what was refused
        filled = await fill(asked, await bot.form(asked), TODAY)
    assert filled.args == {"day": "2026-05-28"}


def test_at_a_real_terminal_there_is_a_prompt_with_history_and_completion(tmp_path):
    env = {
        "PATH": os.environ["PATH"],
        "PAPERBOY_HOME": str(tmp_path),
        "TERM": "xterm",
        "PAPERBOY_SYNC_MINUTES": "0",
    }
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 100))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot"], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    )
    os.close(theirs)
    screen = _Screen(ours)
    try:
        screen.wait_for("paperboy>")
        assert "Type words to search" in screen.text
        screen.text = ""
        os.write(ours, b"stat\t")
        screen.wait_for("us")  # completed to status
        os.write(ours, b"\r")
        screen.wait_for("Days fetched")
        os.write(ours, b"\x1b[A\r")  # the arrow brings it back
        screen.wait_for("Days fetched", times=2)
        os.write(ours, b"save\r")
        screen.wait_for("words from the title)")
        screen.text = ""
        os.write(ours, b"\x03")
        screen.wait_for("Cancelled.")
        screen.wait_for("paperboy>")
        os.write(ours, b"subscribe\r")
        screen.wait_for("Where")
        os.write(ours, b"nowhere\r")
        screen.wait_for("There is no place “nowhere” here. Choose here or me.")
        os.write(ours, b"\x01\x0b")  # to the beginning of the line, and the rest deleted
        for label, answer in (("Where", ""), ("How often", "weekdays")):
            screen.wait_for(label)
            os.write(ours, f"{answer}\r".encode())
        screen.wait_for("Time of day")  # what was typed took the place of the default
        os.write(ours, b"\x03")
        screen.wait_for("Cancelled.", times=2)
        screen.text = ""
        screen.wait_for("paperboy>")
        os.write(ours, b"\x04")
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert "status" in (tmp_path / "history").read_text(encoding="utf-8")


class _Screen:
    """What a program has written to a terminal so far."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.text = ""

    def wait_for(self, words: str, times: int = 1) -> None:
        end = time.monotonic() + 20
        while self.text.count(words) < times:
            assert time.monotonic() < end, self.text
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.text += os.read(self._terminal, 65536).decode(errors="replace")
            if CURSOR_WHERE in self.text:
                self.text = self.text.replace(CURSOR_WHERE, "")
                os.write(self._terminal, b"\x1b[1;1R")
