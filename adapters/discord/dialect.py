"""The core's words for commands and options as Discord shows them: `</digest list:1>`, **zone**."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.discord.tree import path
from bot.chat.commands import Command, Param
from bot.chat.views import Block, Code, Item, Span, Spans, Strong, Text, View

HELP = "help"  # whose answer has the names of options as code
# “subscriptions”, “help find”
_QUOTED = re.compile(r"“(?P<line>[a-z-]+(?: [^“”]*)?)”")


@dataclass(frozen=True, slots=True)
class Mention(Code):
    """A command as Discord shows it, "/digest list 3", registered under an id."""

    name: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Dialect:
    """Translates what the bot says of its own `commands`; `ids` are those of the registered ones.

    Only what is a command or an option by name is translated: from a text that a person gave, no
    more than that can come.
    """

    commands: Mapping[str, Command]
    ids: Mapping[str, int]

    def translate(self, view: View, asked: str = "") -> View:
        """Return the answer to a command in Discord's words; papers are left as they are."""
        if view.papers:
            return view
        return replace(view, blocks=tuple(self._block(block, asked) for block in view.blocks))

    def _block(self, block: Block, asked: str) -> Block:
        match block:
            case Text():
                return replace(block, spans=self._spans(block.spans, asked))
            case Item():
                lines = tuple(self._spans(line, asked) for line in block.lines)
                return replace(block, title=self._spans(block.title, asked), lines=lines)
            case _:
                return block

    def _spans(self, spans: Spans, asked: str) -> Spans:
        return tuple(new for span in spans for new in self._span(span, asked))

    def _span(self, span: Span, asked: str) -> Iterator[Span]:
        if isinstance(span, str):
            for part in self._mentioned(span):
                yield from self._options(part, asked) if isinstance(part, str) else (part,)
        elif isinstance(span, Code):
            yield self._code(span, asked)
        else:
            yield span

    def _mentioned(self, text: str) -> Iterator[Span]:
        """Yield a text with the commands in quotes as mentions."""
        at = 0
        for found in _QUOTED.finditer(text):
            if mention := self._mention(found["line"]):
                yield text[at : found.start()]
                yield mention
                at = found.end()
        yield text[at:]

    def _options(self, text: str, asked: str) -> Iterator[Span]:
        """Yield a text with the options of the command, as in "zone:Berlin", by their names."""
        command = self.commands.get(asked)
        names = "|".join(one.name for one in command.params if one.named) if command else ""
        at = 0
        for found in re.finditer(rf"\b({names}):([\w#@-]*)", text) if names else ():
            yield text[at : found.start()]
            yield Strong(found[1])
            if found[2]:
                yield " "
                yield Code(found[2])
            at = found.end()
        yield text[at:]

    def _code(self, code: Code, asked: str) -> Span:
        known = self.commands.get(code.text.partition(" ")[0])
        if known and code.text == known.usage:  # its options are listed below
            return self._mention(known.name) or code
        if mention := self._mention(code.text):
            return mention
        option = code.text.removesuffix(":").lower()
        if asked == HELP and any(option == one.name for one in self._params()):
            return Strong(option)
        return code

    def _params(self) -> Iterator[Param]:
        return (param for command in self.commands.values() for param in command.params)

    def _mention(self, line: str) -> Mention | None:
        """Return a command line as a mention, None if its command is not registered."""
        name, _, rest = line.partition(" ")
        where = path(name)
        if name not in self.commands or where[0] not in self.ids:
            return None
        shown = " ".join(where)
        return Mention(f"/{shown} {rest}".strip(), shown, self.ids[where[0]])
