"""Hostile lines and Ctrl-C at a real terminal, a few of those of `tests.hostile`."""

import pytest

from tests.hostile import attack

pytestmark = pytest.mark.slow


def test_hostile_lines_and_interrupts_do_nothing_and_leave_the_terminal_usable(tmp_path):
    attack(tmp_path, seed=7, lines=25, cuts=15)
