"""The commands, by subject. Adding one: the function, and its name here."""

from __future__ import annotations

from bot.commands import Handler
from bot.features.about import help_, status
from bot.features.days import day, month, today, trending, week
from bot.features.finding import find, paper, similar
from bot.features.home import home
from bot.features.sharing import share
from bot.features.shelf import collect, save, saved, unsave
from bot.features.votes import unvote, vote

ALL: tuple[Handler, ...] = (
    find,
    paper,
    similar,
    today,
    day,
    week,
    month,
    trending,
    save,
    unsave,
    saved,
    collect,
    vote,
    unvote,
    share,
    home,
    help_,
    status,
)
