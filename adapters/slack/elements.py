"""Elements of blocks: plain texts, pictures, buttons, and menus of further ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.slack.limits import OPTION, OPTION_VALUE, Json
from bot.chat.emphasis import question
from bot.chat.views import Button, Spans
from bot.text import shorten, visible

LABEL = OPTION
ALT = 2000
BUTTONS_PER_ROW = 25
MANY_BUTTONS = 5  # of a row; all but the first few are in a menu then
FIRST_BUTTONS = 3
MAX_MENU = 5
BLANK = "…"  # Slack refuses a text in which there is nothing to see


def plain_text(text: str, limit: int) -> Json:
    """Return a plain_text object, in which neither markup nor :emoji: is read."""
    text = visible(text)
    shown = shorten(text, limit) if text.strip() else BLANK
    return {"type": "plain_text", "text": shown, "emoji": False}


def words_of(spans: Spans) -> str:
    """Return the words of spans, without the addresses of links."""
    return visible("".join(span if isinstance(span, str) else span.text for span in spans))


def draw_picture(url: str, alt: str) -> Json:
    """Return a picture, with words for those who cannot see it."""
    return {"type": "image", "image_url": url, "alt_text": plain_text(alt, ALT)["text"]}


def draw_button(one: Button, number: int, about: str = "") -> Json:
    """Return a button; `number` tells it from others in its block, `about` what it is about."""
    # the first word comes back with the press, and tells whether the answer takes the place of
    # what is shown
    action_id = f"{'turn' if one.turns else 'press'}.{number}"
    label = plain_text(one.label, LABEL)
    button = {"type": "button", "text": label, "action_id": action_id, "value": one.line}
    spoken = f"{visible(one.label)}: {about}"
    return {**button, "accessibility_label": shorten(spoken, LABEL)} if about.strip() else button


def draw_feedback(good: Button, bad: Button) -> Json:
    """Return a pair of thumbs."""

    def draw(one: Button, sign: str) -> Json:
        label = plain_text(f"{sign} {one.label}", LABEL)
        return {"text": label, "value": one.line, "accessibility_label": one.label}

    return {
        "type": "feedback_buttons",
        "action_id": "press.feedback",
        "positive_button": draw(good, "👍"),
        "negative_button": draw(bad, "👎"),
    }


def draw_rows(buttons: Sequence[Button], subjects: Mapping[str, str]) -> Iterator[Json]:
    """Yield blocks with buttons; `subjects` are what they are about, for screen readers.

    Those that are about something else than "" are told by the first argument of their lines.
    """
    shown, rare = _part(buttons)
    for first in range(0, len(shown), BUTTONS_PER_ROW):
        row = [*enumerate(shown)][first : first + BUTTONS_PER_ROW]
        elements = [
            draw_button(one, number % BUTTONS_PER_ROW, _subject(one, subjects))
            for number, one in row
        ]
        if rare:
            elements.insert(FIRST_BUTTONS, _menu(rare))
        yield {"type": "actions", "elements": elements}


def _subject(one: Button, subjects: Mapping[str, str]) -> str:
    _, _, argument = one.line.partition(" ")
    return subjects.get(argument) or subjects.get("", "")


def _part(buttons: Sequence[Button]) -> tuple[Sequence[Button], Sequence[Button]]:
    """Return the buttons to show, and those for a menu."""
    rest = [one for one in buttons[FIRST_BUTTONS:] if not question(one.line)]
    fits = all(len(one.line) <= OPTION_VALUE and not one.turns for one in rest)
    are_alike = len({one.line.partition(" ")[0] for one in buttons}) == 1
    if len(buttons) < MANY_BUTTONS or not 1 < len(rest) <= MAX_MENU or not fits or are_alike:
        return buttons, ()
    red = [one for one in buttons[FIRST_BUTTONS:] if one not in rest]
    return [*buttons[:FIRST_BUTTONS], *red], rest


def _menu(buttons: Sequence[Button]) -> Json:
    options = [{"text": plain_text(one.label, LABEL), "value": one.line} for one in buttons]
    return {"type": "overflow", "action_id": "press.menu", "options": options}
