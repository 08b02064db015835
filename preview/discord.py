"""Discord's components as HTML, near enough to see what is ugly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from adapters.discord.forms import form
from adapters.discord.render import render
from adapters.discord.requests import Request
from bot.chat.commands import Blank, command
from bot.chat.intents import Intent
from bot.chat.views import View
from bot.features import ALL
from bot.models import Person, Place
from preview.sample import views

Json = dict[str, Any]
ME, HERE = Person("discord", "1", "2", "ada"), Place("discord", "1", "3")
STYLE = Path(__file__).with_suffix(".css")
BEGINNINGS = {"### ": "h3", "## ": "h2", "-# ": "small"}
# what adapters.discord.markup writes: escapes, code, bold, links, and addresses in angles
INLINE = re.compile(
    r"\\(?P<raw>[^\w\s])|`(?P<code>[^`]+)`|\*\*(?P<strong>(?:\\.|[^\\])+?)\*\*|"
    r"\[(?P<text>(?:\\.|[^\\\]])+)\]\((?P<url>[^)\s]+)\)|<(?P<bare>https?://[^>]+)>"
)
PUBLIC = {
    "digest",
    "thread",
    "compact",
    "full",
    "pick",
    "pick-thread",
}  # what everybody in the channel sees


def pages() -> Mapping[str, str]:
    """Return a page a view, and one with a form."""
    shown = {
        name: _page(view, public=name in PUBLIC)
        for name, view in asyncio.run(views(ME, HERE)).items()
    }
    save = next(one for one in map(command, ALL) if one.name == "save")
    asked = form(
        [Blank(param) for param in save.missing({})], Request(Intent("save", ME, HERE), "save")
    )
    return {**shown, "form": _html(_modal(asked.to_dict() if asked else {}))}


def _page(view: View, *, public: bool) -> str:
    made = "".join(map(_component, render(view).to_components()))  # type: ignore[no-untyped-call]  # the SDK's
    who = "<div class=who>Paperboy <i>APP</i> <small>Today at 09:00</small></div>"
    only = "" if public else "<div class=only>Only you can see this · <u>Dismiss message</u></div>"
    return _html(f"<main><div class=face>P</div><div>{who}{made}{only}</div></main>")


def _modal(made: Json) -> str:
    fields = "".join(map(_field, made["components"]))
    buttons = (
        "<footer><span class=button>Cancel</span><span class='button go'>Submit</span></footer>"
    )
    return f"<main class=modal><h2>{escape(made['title'])}</h2>{fields}{buttons}</main>"


def _field(one: Json) -> str:
    asked = one["component"]
    star = " <b>*</b>" if asked.get("required", True) else ""
    first = next(
        (option["label"] for option in asked.get("options", ()) if option.get("default")),
        asked.get("value"),
    )
    shown = f"value='{escape(first or '')}' placeholder='{escape(asked.get('placeholder') or '')}'"
    hint = f"<small>{escape(one.get('description') or '')}</small>"
    return f"<label>{escape(one['label'])}{star}{hint}<input {shown}></label>"


def _html(body: str) -> str:
    style = STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><title>Discord</title><style>{style}</style>{body}"


def _component(one: Json) -> str:  # noqa: PLR0911  # one line a component
    inner = "".join(map(_component, one.get("components", ())))
    match one["type"]:
        case 1:
            return f"<div class=row>{inner}</div>"
        case 2:
            return f"<span class=button>{escape(one['label'])}</span>"
        case 3:
            return f"<span class=menu>{escape(one.get('placeholder') or 'Make a selection')}</span>"
        case 9:
            return f"<div class=section><div>{inner}</div>{_component(one['accessory'])}</div>"
        case 10:
            return f"<div class=text>{''.join(_lines(one['content']))}</div>"
        case 11:
            return f"<object class=thumbnail data='{escape(one['media']['url'])}'>picture</object>"
        case 12:
            return "".join(
                f"<img src='{escape(item['media']['url'])}' alt=''>" for item in one["items"]
            )
        case 14:
            return "<hr>"
        case 17:
            colour = f"{one['accent_color']:06x}"
            return f"<div class=container style='border-left-color:#{colour}'>{inner}</div>"
        case unknown:
            raise ValueError(f"no component of type {unknown} is drawn yet")


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        begun = next((begin for begin in BEGINNINGS if line.startswith(begin)), "")
        tag = BEGINNINGS.get(begun, "div")
        yield f"<{tag} class=line>{_inline(line.removeprefix(begun))}</{tag}>"


def _inline(text: str) -> str:
    parts, at = [], 0
    for found in INLINE.finditer(text):
        parts.append(escape(text[at : found.start()]))
        at = found.end()
        if raw := found["raw"]:
            parts.append(escape(raw))
        elif code := found["code"]:
            parts.append(f"<code>{escape(code)}</code>")
        elif strong := found["strong"]:
            parts.append(f"<b>{_inline(strong)}</b>")
        else:
            url, words = found["url"] or found["bare"], found["text"] or found["bare"]
            parts.append(
                f"<a href='{escape(url)}'>{_inline(words) if found['text'] else escape(words)}</a>"
            )
    return "".join([*parts, escape(text[at:])])
