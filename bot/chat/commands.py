"""Commands, and how typed words become their arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from bot.chat.arguments import Argument
from bot.chat.kinds import Kind
from bot.chat.views import View
from bot.errors import UsageError
from bot.text import clean, listed, shorten, straight

Handler: TypeAlias = Callable[..., Awaitable[View]]
# what a form is filled with before a person sees it: from the context and what is given already, by
# argument, in the order of the inputs
Form: TypeAlias = Callable[..., Awaitable[Mapping[str, str]]]
Group: TypeAlias = Literal["first", "more"]

ASKED = "?"  # stands where a value is to be asked for, as in "edit 3 at:?"
FIRST: Final = "first"
MORE: Final = "more"

# longer than any abstract that a person would paste, shorter than what only a program sends
LONGEST_ARGUMENT = 2000
LONGEST_FILE = 20_000_000  # a shelf of thousands of papers with their abstracts
_WORD = r'"[^"]*"?|\S+'


class EarlyAnswer(Exception):
    """A command ends here, and shows this view instead of its own."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of a command.

    `help` is all that is said of it: its `label`, its `default` in words ("" if there is none), and
    its description. A form shows the group "first", and "more" when asked for it. The handler takes
    an `option` together with others.
    """

    name: str
    help: str
    label: str
    default: str
    argument: Argument
    required: bool
    named: bool
    group: Group = FIRST
    option: bool = False

    @property
    def kind(self) -> Kind:
        """What input it needs."""
        return self.argument.kind

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that there are, if they are few."""
        return self.argument.choices

    @property
    def description(self) -> str:
        """What is said of it beside its label and default, "" if nothing is."""
        _, dash, more = self.help.partition(" – ")
        return more if dash or self.help.lower().startswith(self.label.lower()) else self.help

    def applies(self, values: Mapping[str, str]) -> bool:
        """Tell whether it is of use beside the values of other arguments."""
        if self.argument.depends is None:
            return True
        other, wanted = self.argument.depends
        return values.get(other, "") in wanted


@dataclass(frozen=True, slots=True)
class Blank:
    """One input of a form, and its first value."""

    param: Param
    value: str = ""


def in_parts(blanks: Sequence[Blank]) -> list[Blank]:
    """Return the blanks of a form with room: what one can say in parts is asked for in those."""
    names = {one.param.name for one in blanks}
    return [one for one in blanks if not names.intersection(one.param.argument.parts)]


def in_one(blanks: Sequence[Blank]) -> list[Blank]:
    """Return the blanks of a form with few inputs: parts are left out where one says all."""
    parts = {name for one in blanks for name in one.param.argument.parts}
    return [one for one in blanks if one.param.name not in parts]


@dataclass(frozen=True, slots=True)
class Command:
    """A function that can be asked for by name.

    `shared` answers are seen by everyone in the place. A command with a `form` is best asked for in
    one, which that fills; `managers` marks what is of use only to those who manage a place. The
    handler's parameter `options` takes those given of the shared options, by name.
    """

    name: str
    help: str
    params: tuple[Param, ...]
    shared: bool
    handler: Handler
    form: Form | None = None
    managers: bool = False
    aliases: tuple[str, ...] = ()
    options: str = ""

    @property
    def usage(self) -> str:
        """How to type it, for example "find QUERY [page:NUMBER]"."""
        return " ".join([self.name, *map(_usage, self.params)])

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What its docstring says after the arguments, a paragraph each."""
        more = (inspect.getdoc(self.handler) or "").split("\n\n")[2:]
        return tuple(" ".join(one.split()) for one in more if not one.startswith("More:\n"))

    def split(self, words: str) -> dict[str, str]:
        """Assign typed words to the arguments; what makes no sense, `bind` refuses."""
        args, rest = self._split_named(words)
        *single, last = [param.name for param in self.params if not param.named] or [""]
        args |= {name: word[0].strip('"') for name, word in zip(single, rest, strict=False)}
        if others := rest[len(single) :]:
            args[last] = _as_typed(words, others)
        return args

    def write(self, args: Mapping[str, str]) -> str:
        """Write the line of some arguments; "" if there is none that `split` reads as these."""
        given = {name: text for name, text in args.items() if text}
        words = [
            f"{param.name}:{_quoted(given[param.name])}" if param.named else given[param.name]
            for param in self.params
            if param.name in given
        ]
        line = " ".join([self.name, *words])
        return line if self.split(line.removeprefix(self.name)) == given else ""

    def _split_named(self, words: str) -> tuple[dict[str, str], list[re.Match[str]]]:
        """Return the arguments written with their names, and all other words."""
        named = {param.name for param in self.params if param.named}
        every = {param.name for param in self.params}
        args: dict[str, str] = {}
        rest: list[re.Match[str]] = []
        for word in _words(straight(words), named):
            name, _, value = word[0].partition(":")
            is_asked = value == ASKED and name.lower() in every
            if is_asked or (value and name.lower() in named):
                args[name.lower()] = _unquote(value)
            else:
                rest.append(word)
        return args, rest

    def missing(self, args: Mapping[str, str]) -> tuple[Param, ...]:
        """Return the required arguments that are missing."""
        return tuple(param for param in self.params if param.required and not _given(args, param))

    def asked(self, args: Mapping[str, str]) -> tuple[Param, ...]:
        """Return the arguments that a form would ask for."""
        if self.form and not any(clean(text) for text in args.values()):
            return tuple(param for param in self.params if not param.argument.rare)
        wanted = {param.name for param in self.missing(args)} | {
            n for n, text in args.items() if clean(text) == ASKED
        }
        return tuple(param for param in self.params if param.name in wanted)

    def bind(self, args: Mapping[str, str], today: date) -> dict[str, object]:
        """Return the handler's keyword arguments; UsageError says what is wrong with which."""
        known = {param.name: param for param in self.params}
        given = {
            name: text for name, words in args.items() if (text := _text(known.get(name), words))
        }
        self._check_names(given)
        values: dict[str, object] = {}
        options: dict[str, object] = {}
        for name, text in given.items():
            part = options if known[name].option else values
            part[name] = _read(known[name], text, today)
        return {**values, self.options: options} if self.options else values

    def _check_names(self, given: Mapping[str, str]) -> None:
        """Raise UsageError if there is an argument too many, or a required one is missing."""
        for name in given.keys() - {param.name for param in self.params}:
            raise UsageError(
                f"“{self.name}” takes no more words, but was given “{shorten(given[name], 60)}”."
            )
        if missing := self.missing(given):
            needed = listed([_asked(param) for param in missing])
            raise UsageError(f"“{self.name}” needs {needed}.", argument=missing[0].name)


def _text(param: Param | None, words: str) -> str:
    """Return what is given for an argument, "" if it is left out or to be asked for."""
    text = clean(words)
    if text == ASKED:
        return ""
    if param is None or not text:
        return text or (param.argument.emptied if param else "")
    return words if param.argument.whole else text


def _quoted(value: str) -> str:
    if not re.search(r"\s|['\"]", value):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def _unquote(value: str) -> str:
    return value[1:-1] if re.fullmatch("'.*'", value) else value.strip('"')


def _given(args: Mapping[str, str], param: Param) -> bool:
    return clean(args.get(param.name, "")) not in {"", ASKED}


def _read(param: Param, text: str, today: date) -> object:
    longest = LONGEST_FILE if param.argument.whole else LONGEST_ARGUMENT
    if len(text) > longest:
        raise UsageError(
            f"That is {len(text):,} characters; the limit is {longest:,}.", argument=param.name
        )
    try:
        return param.argument.read(text, today)
    except ValueError as error:
        raise UsageError(str(error), argument=param.name) from error


def _words(text: str, named: Collection[str]) -> list[re.Match[str]]:
    """Split a line into words.

    Quoted text is one word, also after the name of an argument, where either quotes will do.
    """
    quoted = rf"""(?:{"|".join(named)}):(?:"[^"]*"|'[^']*')(?!\S)|""" if named else ""
    return list(re.finditer(rf"(?i:{quoted}{_WORD})", text))


def _as_typed(line: str, words: list[re.Match[str]]) -> str:
    """Return the part of a line that these words are, with the spaces and lines between them.

    Where another argument stood between two of them, one space is left.
    """
    parts = [line[words[0].start() : words[0].end()]]
    for before, word in pairwise(words):
        between = line[before.end() : word.start()]
        parts += [" " if between.strip() else between, line[word.start() : word.end()]]
    return "".join(parts)


def _usage(param: Param) -> str:
    word = "|".join(param.choices) or param.name.upper()
    word = f"{param.name}:{word}" if param.named else word
    return word if param.required else f"[{word}]"


def _asked(param: Param) -> str:
    return f"{param.argument.noun} (for example {param.argument.example})"
