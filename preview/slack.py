"""Slack's Block Kit as HTML, near enough to see what is ugly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from adapters.slack.forms import Form, redraw_form
from adapters.slack.greeting import DAILY, HELLO
from adapters.slack.limits import SURFACE
from adapters.slack.render import fallback_text, render
from adapters.slack.requests import Request
from adapters.slack.web import NEWER
from bot.chat.commands import MORE, Blank, Command
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.tallies import Tally, with_tallies
from bot.chat.views import View, line
from bot.features import ALL
from bot.models import Person, Place
from preview.sample import views

Json = dict[str, Any]
ME, HERE = Person("slack", "T1", "U1", "ada"), Place("slack", "T1", "C1")
PUBLIC = (
    "digest",
    "thread",
    "compact",
    "full",
    "meaning",
    "pick",
    "pick-thread",
    "hello",
    "counts",
)
AT_HOME = ("home", "welcome")
# what usually stands in a form, in the order of its inputs
USUAL = {
    "where": "here",
    "every": "days",
    "on": "mon,wed",
    "at": "9:00",
    "topics": "diffusion",
    "layout": "full",
    "zone": "Europe/Berlin",
    "papers": "5",
    "order": "upvotes",
    "day": "yesterday",
    "votes": "0",
    "code": "no",
    "quiet": "yes",
    "repeats": "no",
    "closeness": "close",
}
STYLE = Path(__file__).with_suffix(".css")


def pages() -> Mapping[str, str]:
    """Return a page a view, with newer blocks and without, and those of forms."""
    shown: dict[str, str] = {}
    drawn = dict(asyncio.run(views(ME, HERE)))
    drawn["hello"] = View((line(HELLO), *drawn["full"].blocks[1:-1], DAILY), arranged="cards")
    first, second, *_ = drawn["full"].papers
    tallies = {first: Tally(3, 5, ("Ada", "Bob")), second: Tally(0, 1)}
    drawn["counts"] = with_tallies(drawn["full"], tallies)
    for name, view in drawn.items():
        shown[name] = _page(name, view, NEWER)
        if view.arranged != "list":
            shown[f"{name}-older"] = _page(name, view, ())
    return shown | _forms()


def _forms() -> Mapping[str, str]:
    """Return each form empty and filled in, with all of its options if there are more."""
    shown: dict[str, str] = {}
    for known in map(command, ALL):
        if not known.asked({}):
            continue
        filled = {one.name: USUAL.get(one.name, one.argument.example) for one in known.asked({})}
        shown[f"form-{known.name}-empty"] = _form(known, {})
        shown[f"form-{known.name}"] = _form(known, filled)
        if any(one.group == MORE for one in known.params):
            shown[f"form-{known.name}-open"] = _form(known, {**filled, "where": "C2"}, is_open=True)
    wrong = ("on", "Which days? Choose them.")
    subscribe = next(one for one in map(command, ALL) if one.name == "subscribe")
    shown["form-subscribe-wrong"] = _form(subscribe, {**USUAL, "on": ""}, error=wrong)
    return shown


def _form(
    known: Command,
    filled: Mapping[str, str],
    *,
    is_open: bool = False,
    error: tuple[str, str] = ("", ""),
) -> str:
    asked_for = {one.name: one for one in known.asked({})}
    order = dict.fromkeys([*USUAL, *asked_for])
    blanks = [Blank(asked_for[name], filled.get(name, "")) for name in order if name in asked_for]
    asked = Form(Intent(known.name, ME, HERE), Request(ME, HERE), {}, {}, is_open, error)
    return _html(_modal(redraw_form(asked, blanks) or {}))


def _page(name: str, view: View, newer: Collection[str]) -> str:
    if name in AT_HOME:
        return _html(f"<main class=home>{_blocks(render(view, 'x', SURFACE, newer))}</main>")
    only = "" if name in PUBLIC else "<div class=only>Only visible to you</div>"
    who = f"{only}<div class=who>Paperboy <i>APP</i> <small>9:00</small></div>"
    made = _blocks(render(view, "x", newer=newer))
    message = f"<main><div class=face>P</div><div>{who}{made}</div></main>"
    return _html(f"{message}<div class=notice><b>Paperboy</b><br>{fallback_text(view)}</div>")


def _modal(made: Json) -> str:
    buttons = "".join(
        f"<span class='button{' primary' if key == 'submit' else ''}'>{_text(made[key])}</span>"
        for key in ("close", "submit")
    )
    title = f"<h2>{_text(made['title'])}</h2>"
    inner = f"<div>{_blocks(made['blocks'])}</div>"
    return f"<main class=modal>{title}{inner}<footer>{buttons}</footer></main>"


def _html(body: str) -> str:
    style = STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><title>Slack</title><style>{style}</style>{body}"


def _blocks(made: list[Json]) -> str:
    return "".join(
        f"<div class={block['type'].removesuffix('_text')}>{''.join(_block(block))}</div>"
        for block in made
    )


def _block(block: Json) -> Iterator[str]:
    match block["type"]:
        case "header" | "alert":
            yield _text(block["text"])
        case "rich_text":
            for section in block["elements"]:
                yield from map(_span, section["elements"])
        case "section":
            beside = _element(block["accessory"]) if "accessory" in block else ""
            yield f"<span>{_text(block['text'])}</span>{beside}"
        case "card":
            yield _card(block)
        case "carousel":
            yield from (f"<div class=card>{_card(card)}</div>" for card in block["elements"])
        case "context" | "actions" | "context_actions":
            yield from map(_element, block["elements"])
        case "image":
            yield _element(block)
        case "input":
            yield from _input(block)
        case unknown:
            yield {"divider": "<hr>"}[unknown]


def _card(card: Json) -> str:
    banner = (
        f"<div class=banner>{_element(card['hero_image'])}</div>" if "hero_image" in card else ""
    )
    icon = _element(card["icon"]) if "icon" in card else ""
    small = f"<small>{_text(card['subtitle'])}</small>" if "subtitle" in card else ""
    body = f"<p>{_text(card['body'])}</p>" if "body" in card else ""
    actions = "".join(map(_element, card["actions"]))
    head = f"<div class=head>{icon}<div><b>{_text(card['title'])}</b>{small}</div></div>"
    return f"{banner}{head}{body}<div class=actions>{actions}</div>"


def _input(block: Json) -> Iterator[str]:
    hint = f"<small>{_text(block['hint'])}</small>" if "hint" in block else ""
    optional = " <i>(optional)</i>" if block.get("optional") else ""
    yield f"{_text(block['label'])}{optional}{_field(block['element'])}{hint}"


def _field(asked: Json) -> str:
    """Draw an input with what stands in it at first."""
    chosen = [asked.get("initial_option"), *asked.get("initial_options", [])]
    values = {one["value"] for one in chosen if one}
    if asked["type"] in {"radio_buttons", "checkboxes"}:
        signs = "◉○" if asked["type"] == "radio_buttons" else "☑☐"
        return "".join(
            f"<p>{signs[option['value'] not in values]} {_text(option['text'])}</p>"
            for option in asked["options"]
        )
    first = asked.get("initial_value") or asked.get("initial_time") or ""
    if not first and "conversations" in asked["type"]:
        first = "# papers"
    texts = [_text(one["text"]) for one in chosen if one] or [escape(first)]
    shown = ", ".join(texts)
    hint = escape(asked.get("placeholder", {}).get("text", ""))
    arrow = "<span>⌄</span>" if "select" in asked["type"] else ""
    return f"<div>{shown or f'<em>{hint}</em>'}&nbsp;{arrow}</div>"


def _element(element: Json) -> str:
    match element["type"]:
        case "button":
            return (
                f"<span class='button {element.get('style', '')}'>{_text(element['text'])}</span>"
            )
        case "overflow":
            names = ", ".join(_text(one["text"]) for one in element["options"])
            return f"<span class=button title='{names}'>⋯</span>"
        case "feedback_buttons":
            both = (element["positive_button"], element["negative_button"])
            return "".join(f"<span class=feedback>{_text(one['text'])}</span>" for one in both)
        case "image":
            return _picture(element["alt_text"])
        case _:
            return _text(element)


def _picture(alt: str) -> str:
    """Draw a picture in place of one that is elsewhere: the preview needs no network."""
    hue = sum(map(ord, alt)) % 360
    return f"<span class=img role=img title='{escape(alt)}' style='--hue:{hue}'>▦</span>"


def _span(element: Json) -> str:
    text, style = escape(element.get("text") or element["fallback"]), element.get("style", {})
    text = f'<a href="{escape(element["url"])}">{text}</a>' if element["type"] == "link" else text
    text = f"<code>{text}</code>" if style.get("code") else text
    return f"<b>{text}</b>" if style.get("bold") else text


def _text(made: Json) -> str:
    text = str(made["text"])
    if made["type"] != "mrkdwn":
        return escape(text)
    # what adapters.slack.markup writes: links, bold lines and code, in text that is escaped
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"^\*(.+)\*$", r"<b>\1</b>", text, flags=re.MULTILINE)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
