"""The commands, by subject. Adding one: the function, and its name here."""

from __future__ import annotations

from bot.chat.commands import Handler
from bot.features.about import help_, status
from bot.features.days import day, month, today, trending, week
from bot.features.digests import digest, preview, settle
from bot.features.for_me import for_me
from bot.features.home import home
from bot.features.my_data import forget_me, my_data
from bot.features.notes import note, tag, unnote, untag
from bot.features.reading_group import nominate, nominated, pick, picks
from bot.features.search import find, paper, similar
from bot.features.share import share
from bot.features.shelf import collect, read, save, saved, shelf, unread, unsave
from bot.features.shelf_export import export
from bot.features.shelf_import import keep_from
from bot.features.subscriptions import edit, pause, resume, subscribe, subscriptions, unsubscribe
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
    shelf,
    collect,
    read,
    unread,
    note,
    unnote,
    tag,
    untag,
    vote,
    unvote,
    nominate,
    nominated,
    pick,
    picks,
    share,
    subscribe,
    subscriptions,
    edit,
    pause,
    resume,
    unsubscribe,
    preview,
    digest,
    settle,
    for_me,
    export,
    keep_from,
    my_data,
    forget_me,
    home,
    help_,
    status,
)
