"""A view as JSON values and back: what is to be said later stays as it was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bot.chat.views import Button, Buttons, Code, Field, Item, Link, Picture, Strong, Text, View

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Strong, Code, Link, Button, Text, Item, Picture, Buttons, Field)
}


def freeze(view: View) -> dict[str, Any]:
    """Return what of a view is shown."""
    return {"title": view.title, "blocks": _frozen(view.blocks), "reactions": list(view.reactions)}


def thaw(frozen: Mapping[str, Any]) -> View:
    """Return the view again."""
    return View(
        _thawed(frozen["blocks"]), title=frozen["title"], reactions=tuple(frozen["reactions"])
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_frozen(one) for one in value]
    if (name := type(value).__name__) in _KINDS:
        return {
            "kind": name,
            **{one.name: _frozen(getattr(value, one.name)) for one in fields(value)},
        }
    return value


def _thawed(value: Any) -> Any:
    match value:
        case Mapping():
            rest = {name: _thawed(part) for name, part in value.items() if name != "kind"}
            return _KINDS[value["kind"]](**rest)
        case Sequence() if not isinstance(value, str):
            return tuple(_thawed(one) for one in value)
        case _:
            return value
