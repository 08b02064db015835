"""Hostile lines and Ctrl-C at a real terminal, a few of those of `tests.hostile`."""

import pytest

from tests.hostile import PROMPT, Session, attack, slow_source

pytestmark = pytest.mark.slow


def test_hostile_lines_and_interrupts_do_nothing_and_leave_the_terminal_usable(tmp_path):
    attack(tmp_path, seed=7, lines=25, cuts=15)


def test_a_long_paste_is_whole_that_comes_while_a_command_runs(tmp_path):
    with slow_source() as endpoint:
        session = Session(tmp_path, endpoint)
        try:
            assert session.wait_for(PROMPT), session.text
            session.send("today\r")
            session.wait_for_command()
            session.send(f"find {'x' * 9000}\r")
            assert session.wait_for("That is 9,000 characters; the limit is 2,000."), session.text
            session.send("quit\r")
            assert session.process.wait(40) == 0
            assert session.is_sane()
        finally:
            session.close()
