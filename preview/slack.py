"""Slack's Block Kit as HTML, near enough to see what is ugly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from adapters.slack.forms import build_form
from adapters.slack.limits import SURFACE
from adapters.slack.render import fallback_text, render
from adapters.slack.requests import Request
from bot.chat.commands import Blank
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.views import View
from bot.features import ALL
from bot.models import Person, Place
from preview.sample import views

Json = dict[str, Any]
ME, HERE = Person("slack", "T1", "U1", "ada"), Place("slack", "T1", "C1")
PUBLIC = ("digest", "pick", "pick-thread")
AT_HOME = ("home", "welcome")
STYLE = Path(__file__).with_suffix(".css")


def pages() -> Mapping[str, str]:
    """Return a page a view, and one with a form."""
    shown = {name: _page(name, view) for name, view in asyncio.run(views(ME, HERE)).items()}
    save = next(one for one in map(command, ALL) if one.name == "save")
    asked = build_form(
        Intent("save", ME, HERE), [Blank(param) for param in save.missing({})], Request(ME, HERE)
    )
    return {**shown, "form": _html(_modal(asked or {}))}


def _page(name: str, view: View) -> str:
    if name in AT_HOME:
        return _html(f"<main class=home>{_blocks(render(view, 'x', SURFACE))}</main>")
    only = "" if name in PUBLIC else "<div class=only>Only visible to you</div>"
    who = f"{only}<div class=who>Paperboy <i>APP</i> <small>9:00</small></div>"
    message = f"<main><div class=face>P</div><div>{who}{_blocks(render(view, 'x'))}</div></main>"
    return _html(f"{message}<div class=notice><b>Paperboy</b><br>{fallback_text(view)}</div>")


def _modal(made: Json) -> str:
    buttons = "".join(
        f"<span class=button>{_text(made[key])}</span>" for key in ("close", "submit")
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
        case "header":
            yield _text(block["text"])
        case "rich_text":
            for section in block["elements"]:
                yield from map(_span, section["elements"])
        case "section":
            beside = _element(block["accessory"]) if "accessory" in block else ""
            yield f"<span>{_text(block['text'])}</span>{beside}"
        case "context" | "actions":
            yield from map(_element, block["elements"])
        case "image":
            yield _element(block)
        case "input":
            hint = f"<small>{_text(block['hint'])}</small>" if "hint" in block else ""
            asked = block["element"]
            chosen = asked.get("initial_option", {}).get(
                "text", asked.get("placeholder", {"text": ""})
            )
            first = escape(asked["initial_value"]) if "initial_value" in asked else _text(chosen)
            optional = " (optional)" if block.get("optional") else ""
            yield f"{_text(block['label'])}{optional}<div>{first}&nbsp;</div>{hint}"
        case unknown:
            raise ValueError(unknown)


def _element(element: Json) -> str:
    match element["type"]:
        case "button":
            return f"<span class=button>{_text(element['text'])}</span>"
        case "image":
            return f'<img src="{escape(element["image_url"])}" alt="{escape(element["alt_text"])}">'
        case _:
            return _text(element)


def _span(element: Json) -> str:
    text, style = escape(element["text"]), element.get("style", {})
    text = f'<a href="{escape(element["url"])}">{text}</a>' if element["type"] == "link" else text
    text = f"<code>{text}</code>" if style.get("code") else text
    return f"<b>{text}</b>" if style.get("bold") else text


def _text(made: Json) -> str:
    return escape(str(made["text"]))
