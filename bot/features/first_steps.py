"""The first things to do with Paperboy, for those who are new to it. Pure."""

from __future__ import annotations

from bot.chat.views import Button, Item, Strong

READ = Button("Today’s papers", "today")
FIND = Button("Find a paper", "find")
SHELF = Button("My shelf", "saved")
SUBSCRIBE = Button("Subscribe", "subscribe")


def first_steps(*, can_subscribe: bool) -> tuple[Item, ...]:
    """Return what to begin with, each with its button."""
    steps = [
        _step("Read the day’s papers", "Hugging Face’s daily list, most upvoted first.", READ),
        _step("Find a paper", "Half a title is enough, misspelt too.", FIND),
        _step("Save what you like", "Press Save, or react with 🔖 to a paper that I post.", SHELF),
    ]
    if can_subscribe:
        said = "Each morning, here or for you alone, on your topics."
        steps.append(_step("Get a digest", said, SUBSCRIBE))
    return tuple(steps)


def _step(title: str, said: str, button: Button) -> Item:
    return Item((Strong(title),), ((said,),), (button,))
