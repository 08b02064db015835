"""Discord's components as HTML, near enough to see what is ugly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from adapters.discord.dialect import Dialect
from adapters.discord.forms import form, purpose
from adapters.discord.greeting import DAILY, HELLO, HELP
from adapters.discord.render import render
from adapters.discord.requests import Request
from adapters.discord.tree import path
from bot.chat.command_table import CommandTable
from bot.chat.commands import Blank
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.tallies import Tally, with_tallies
from bot.chat.views import Buttons, View, line
from bot.features import ALL
from bot.features.digest_options import SUBJECTS
from bot.models import Person, Place
from preview.sample import views

Json = dict[str, Any]
CHOSEN = {6: "@readers", 8: "#papers"}  # a role, a channel
ME, HERE = Person("discord", "1", "2", "ada"), Place("discord", "1", "3")
STYLE = Path(__file__).with_suffix(".css")
BEGINNINGS = {"### ": "h3", "## ": "h2", "-# ": "small"}
# what adapters.discord.markup writes: escapes, code, bold, links, and addresses in angles
INLINE = re.compile(
    r"<t:(?P<moment>\d+):f>|</(?P<command>[a-z -]+):\d+>|"
    r"\\(?P<raw>[^\w\s])|`(?P<code>[^`]+)`|\*\*(?P<strong>(?:\\.|[^\\])+?)\*\*|"
    r"\[(?P<text>(?:\\.|[^\\\]])+)\]\((?P<url>[^)\s]+)\)|<(?P<bare>https?://[^>]+)>"
)
# of each form: the command, the button that opens it, "" for none, and whether it is filled in
FORMS = {
    "form": ("save", "", ""),
    "form-subscribe": ("subscribe", "", "filled"),
    "form-subscribe-empty": ("subscribe", "", ""),
    "form-note": ("note", "", ""),
    **{f"form-{subject.split()[-1].lower()}": ("edit", subject, "filled") for subject in SUBJECTS},
}
USUAL = {
    "where": "3",
    "when": "Mondays and Fridays at 9:00",
    "every": "days",
    "on": "mon,fri",
    "at": "9:00",
    "zone": "Europe/Berlin",
    "day": "today",
    "topics": "diffusion, org:nvidia",
    "layout": "full",
    "papers": "5",
    "order": "upvotes",
    "quiet": "yes",
    "code": "no",
    "repeats": "no",
    "closeness": "close",
    "votes": "0",
    "ping": "7",
    "publish": "no",
}
EMPTY = {"where": "3", "when": "Every day at 9:00", "zone": "", "topics": "", "layout": "threaded"}
PUBLIC = {
    "hello",
    "digest",
    "thread",
    "compact",
    "full",
    "meaning",
    "pick",
    "pick-thread",
    "counts",
}  # what everybody in the channel sees


def pages() -> Mapping[str, str]:
    """Return a page a view, and one with a form."""
    every = dict(asyncio.run(views(ME, HERE)))
    first, second, *_ = every["full"].papers
    tallies = {first: Tally(3, 5, ("Ada", "Bob")), second: Tally(0, 1)}
    every["counts"] = with_tallies(every["full"], tallies)
    commands = CommandTable.of(ALL).commands
    dialect = Dialect(commands, {path(name)[0]: 1 for name in commands})
    hello = dialect.translate(View((line(HELLO),))).blocks
    every["hello"] = View((*hello, *every["digest"].blocks[1:-1], Buttons((DAILY, HELP))))
    shown = {
        name: _page(dialect.translate(view, name.partition("-")[0]), public=name in PUBLIC)
        for name, view in every.items()
    }
    return {**shown, **{name: _form(*asked) for name, asked in FORMS.items()}}


def _form(name: str, title: str, filled: str) -> str:
    """Draw the form of a command as it opens, after a button with that title if there is one."""
    known = next(one for one in map(command, ALL) if one.name == name)
    params = {one.name: one for one in known.asked({}) or known.params}
    held = USUAL if filled else EMPTY
    order = SUBJECTS.get(title) or [*(one for one in held if one in params), *params]
    every = {one.name: one for one in known.params}
    blanks = [Blank(every[one], held.get(one, "")) for one in dict.fromkeys(order)]
    asked = form(blanks, Request(Intent(name, ME, HERE), name), purpose(known), title)
    return _html(_modal(asked.to_dict() if asked else {}))


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
    if one["type"] == 10:
        return f"<p>{escape(one['content'])}</p>"
    asked = one["component"]
    star = " <b>*</b>" if asked.get("required", True) and asked["type"] != 23 else ""
    hint = f"<small>{escape(one.get('description') or '')}</small>"
    return f"<label>{escape(one['label'])}{star}{hint}{_input(asked)}</label>"


def _input(asked: Json) -> str:
    """Draw an input by its type: https://discord.com/developers/docs/components/reference."""
    options = asked.get("options", ())
    match asked["type"]:
        case 21 | 22:
            kind = "radio" if asked["type"] == 21 else "checkbox"
            drawn = (
                f"<div><input type={kind}{' checked' if option.get('default') else ''}> "
                f"{escape(option['label'])}</div>"
                for option in options
            )
            return "".join(drawn)
        case 23:
            return f"<div><input type=checkbox{' checked' if asked.get('default') else ''}></div>"
        case _:
            first = next((one["label"] for one in options if one.get("default")), "")
            if asked.get("default_values"):
                first = CHOSEN[asked["type"]]
            shown = escape(first or asked.get("value") or "")
            return f"<input value='{shown}' placeholder='{escape(asked.get('placeholder') or '')}'>"


def _button(one: Json) -> str:
    kind = {1: "go", 3: "done", 4: "danger", 5: "link"}.get(one["style"], "")
    emoji = (one.get("emoji") or {}).get("name", "")
    label = " ".join(filter(None, (emoji, one["label"], "↗" if kind == "link" else "")))
    return f"<span class='button {kind}'>{escape(label)}</span>"


def _html(body: str) -> str:
    style = STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><title>Discord</title><style>{style}</style>{body}"


def _component(one: Json) -> str:  # noqa: PLR0911  # one line a component
    inner = "".join(map(_component, one.get("components", ())))
    match one["type"]:
        case 1:
            return f"<div class=row>{inner}</div>"
        case 2:
            return _button(one)
        case 3:
            return f"<span class=menu>{escape(one.get('placeholder') or 'Make a selection')}</span>"
        case 9:
            return f"<div class=section><div>{inner}</div>{_component(one['accessory'])}</div>"
        case 10:
            return f"<div class=text>{''.join(_lines(one['content']))}</div>"
        case 11:
            return "<span class=thumbnail></span>"  # the preview needs no network
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
    for one in text.split("\n"):
        begun = next((begin for begin in BEGINNINGS if one.startswith(begin)), "")
        tag = BEGINNINGS.get(begun, "div")
        yield f"<{tag} class=line>{_inline(one.removeprefix(begun))}</{tag}>"


def _inline(text: str) -> str:
    parts, at = [], 0
    for found in INLINE.finditer(text):
        parts.append(escape(text[at : found.start()]))
        at = found.end()
        if moment := found["moment"]:
            when = datetime.fromtimestamp(int(moment), UTC)
            parts.append(f"<span class=mention>{when:%d %B %Y %H:%M}</span>")
        elif name := found["command"]:
            parts.append(f"<span class=mention>/{escape(name)}</span>")
        elif raw := found["raw"]:
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
