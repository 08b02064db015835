"""In which order a digest has its papers."""

from datetime import date, time

from bot.calendar.schedule import Schedule
from bot.digests.selection import rank_papers
from bot.models import DigestOptions
from bot.papers import Paper

DAILY = Schedule("daily", time(9), "UTC")
OLD = Paper("1", "Old", daily=date(2026, 5, 27), upvotes=90)
NEW = Paper("2", "New", daily=date(2026, 5, 29), upvotes=3)
VOTED = Paper("3", "Voted", daily=date(2026, 5, 29), upvotes=40)
UNLISTED = Paper("4", "Unlisted", upvotes=95)


def test_the_newest_come_first_and_of_one_day_those_with_most_votes():
    options = DigestOptions(DAILY, order="new")
    assert rank_papers(options, [OLD, NEW, UNLISTED, VOTED]) == (VOTED, NEW, OLD, UNLISTED)


def test_most_votes_come_first_after_those_that_were_chosen():
    options = DigestOptions(DAILY, order="upvotes")
    assert rank_papers(options, [OLD, NEW, UNLISTED, VOTED]) == (UNLISTED, OLD, VOTED, NEW)
    assert rank_papers(options, [OLD, NEW, VOTED], first=["2"]) == (NEW, OLD, VOTED)
