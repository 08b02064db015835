"""A typed async function becomes a command; typed words become its arguments.

    async def day(
        ctx: Context, when: Annotated[date, DAY], *, page: Annotated[int, PAGE] = 1
    ) -> View:
        '''Show the papers of one day.

        when: a date, or today or yesterday
        page: Page [1]
        '''

Name, help, arguments, forms and suggestions come from the signature and the docstring.
Positional parameters take words in their order, the last of them all that is left; keyword-only
ones are written `name:value` anywhere.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import NoneType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from bot.chat.kinds import (
    ONE_LINE,
    Choice,
    Kind,
    Lookup,
    Number,
    Source,
    Upload,
    Where,
    Words,
    YesNo,
)
from bot.chat.views import View
from bot.errors import UsageError
from bot.text import clean, listed, shorten, straight

Handler: TypeAlias = Callable[..., Awaitable[View]]
# what a form is filled with before a person sees it: from the context and what is given already, by
# argument
Form: TypeAlias = Callable[..., Awaitable[Mapping[str, str]]]
H = TypeVar("H", bound=Handler)
Group: TypeAlias = Literal["first", "more"]

ASKED = "?"  # stands where a value is to be asked for, as in "edit 3 at:?"

# longer than any abstract that a person would paste, shorter than what only a program sends
LONGEST_ARGUMENT = 2000
LONGEST_FILE = 20_000_000  # a shelf of thousands of papers with their abstracts
_WORD = r'"[^"]*"?|\S+'
# "Time [9:00] – as in 9:00, 17:30 or 9am": a short label, the default in words, and more about it
_LABEL = re.compile(r"(?P<label>[^[–:]{1,40}?)(?: \[(?P<default>[^]]+)\])?(?: – .+)?$")
_DESCRIBED = re.compile(r"^(\w+): (.+)$", re.MULTILINE)
FIRST: Final = "first"
MORE: Final = "more"


class EarlyAnswer(Exception):
    """A command ends here, and shows this view instead of its own."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view


@dataclass(frozen=True, slots=True)
class Argument:
    """How one sort of argument is read and asked for.

    `read` turns typed words into the value, given today's date; it raises ValueError, with a
    sentence where it has a better one than "… is not …". `noun` names it in sentences. `emptied` is
    what it means to leave its input in a form empty, "" where that says nothing. It is of use only
    where the argument named by `depends` has one of the values given there.
    """

    noun: str
    read: Callable[[str, date], object]
    example: str
    kind: Kind = ONE_LINE
    emptied: str = ""
    depends: tuple[str, tuple[str, ...]] | None = None

    @property
    def suggest(self) -> Source | Literal["", "place"]:
        """What completes it; a place is completed by the platforms."""
        match self.kind:
            case Lookup(source):
                return source
            case Where():
                return "place"
            case _:
                return ""

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest value of a number."""
        return (self.kind.low, self.kind.high) if isinstance(self.kind, Number) else None

    @property
    def file(self) -> bool:
        """Whether it is a file, and can be given in no other way."""
        return isinstance(self.kind, Upload)

    @property
    def whole(self) -> bool:
        """Whether it is the text of a file or as long: its lines stay."""
        return self.file or (isinstance(self.kind, Words) and self.kind.pasted)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that there are, if they are few."""
        match self.kind:
            case Choice(options):
                return tuple(value for value, _ in options)
            case YesNo():
                return ("yes", "no")
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of a command.

    `help` is all that is said of it: its `label`, its `default` in words ("" if there is none), and
    its description. A form shows the group "first", and "more" when asked for it.
    """

    name: str
    help: str
    label: str
    default: str
    argument: Argument
    required: bool
    named: bool
    group: Group = FIRST

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
        return self.help.partition(" – ")[2]

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


@dataclass(frozen=True, slots=True)
class Command:
    """A function that can be asked for by name.

    `shared` answers are seen by everyone in the place. A command with a `form` is best asked for in
    one, which that fills; `managers` marks what is of use only to those who manage a place.
    """

    name: str
    help: str
    params: tuple[Param, ...]
    shared: bool
    handler: Handler
    form: Form | None = None
    managers: bool = False
    aliases: tuple[str, ...] = ()

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

    def _split_named(self, words: str) -> tuple[dict[str, str], list[re.Match[str]]]:
        """Return the arguments written with their names, and all other words."""
        named = {param.name for param in self.params if param.named}
        args: dict[str, str] = {}
        rest: list[re.Match[str]] = []
        for word in _words(straight(words), named):
            name, _, value = word[0].partition(":")
            if value and name.lower() in named:
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
            return self.params
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
        for name in given.keys() - known.keys():
            raise UsageError(
                f"“{self.name}” takes no more words, but was given “{shorten(given[name], 60)}”."
            )
        if missing := self.missing(given):
            needed = listed([_asked(param) for param in missing])
            raise UsageError(f"“{self.name}” needs {needed}.", argument=missing[0].name)
        return {name: _read(known[name], text, today) for name, text in given.items()}


def shared(handler: H) -> H:
    """Mark a command whose answer everyone in the place sees."""
    handler.__shared__ = True  # type: ignore[attr-defined]  # a mark on the function, read once by `command`
    return handler


def managing(handler: H) -> H:
    """Mark a command that is of use only to those who manage a place; it checks that by itself."""
    handler.__managing__ = True  # type: ignore[attr-defined]  # as above
    return handler


def asked_in(form: Form) -> Callable[[H], H]:
    """Mark a command that has a form, and say what its inputs hold at first."""

    def mark(handler: H) -> H:
        handler.__form__ = form  # type: ignore[attr-defined]  # as above
        return handler

    return mark


def also_named(*names: str) -> Callable[[H], H]:
    """Mark a command with other names that people type."""

    def mark(handler: H) -> H:
        handler.__aliases__ = names  # type: ignore[attr-defined]  # as above
        return handler

    return mark


def command(handler: Handler) -> Command:
    """Read a command off a function; ValueError if the signature or docstring lacks something."""
    title, _, notes = (inspect.getdoc(handler) or "").partition("\n")
    described = _described(notes)
    hints = get_type_hints(handler, include_extras=True)
    _, *parameters = inspect.signature(handler).parameters.values()
    name = handler.__name__.strip("_").replace("_", "-")
    unexplained = [p.name for p in parameters if p.name not in described]
    if not title or unexplained:
        raise ValueError(f"{name}: the docstring explains no {', '.join(unexplained) or 'purpose'}")
    params = tuple(_param(p, hints[p.name], described[p.name]) for p in parameters)
    return Command(
        name,
        title.rstrip("."),
        params,
        hasattr(handler, "__shared__"),
        handler,
        getattr(handler, "__form__", None),
        hasattr(handler, "__managing__"),
        getattr(handler, "__aliases__", ()),
    )


def number(low: int, high: int, noun: str = "a number") -> Argument:
    """Make the kind of argument that is a whole number from `low` to `high`."""

    def read(text: str, _: date) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"“{shorten(text, 40)}” isn’t {noun} from {low:,} to {high:,}.")
        return int(text)

    return Argument(noun, read, str(low), Number(low, high))


def choice(labels: Mapping[str, str]) -> Argument:
    """Make the kind of argument that is one of a few values; `labels` are what people read."""
    values = tuple(labels)
    return Argument(listed(values, "or"), _one_of(values), values[0], Choice(tuple(labels.items())))


def _text(param: Param | None, words: str) -> str:
    """Return what is given for an argument, "" if it is left out or to be asked for."""
    text = clean(words)
    if text == ASKED:
        return ""
    if param is None or not text:
        return text or (param.argument.emptied if param else "")
    return words if param.argument.whole else text


def _unquote(value: str) -> str:
    return value[1:-1] if re.fullmatch("'.*'", value) else value.strip('"')


def _given(args: Mapping[str, str], param: Param) -> bool:
    return clean(args.get(param.name, "")) not in {"", ASKED}


def _described(notes: str) -> dict[str, tuple[str, Group]]:
    """Return what a docstring says of each argument; those after a line "More:" are more."""
    first, _, more = notes.partition("\nMore:\n")
    found: dict[str, tuple[str, Group]] = {}
    for part, group in ((first, FIRST), (more, MORE)):
        found |= {name: (said, group) for name, said in _DESCRIBED.findall(part)}
    return found


def _param(parameter: inspect.Parameter, hint: Any, described: tuple[str, Group]) -> Param:
    text, group = described
    said = _LABEL.match(text)
    label = said["label"] if said else parameter.name.replace("_", " ")
    return Param(
        parameter.name,
        text,
        label[:1].upper() + label[1:],
        (said["default"] or "") if said else "",
        _argument(parameter.name, hint),
        parameter.default is inspect.Parameter.empty,
        parameter.kind is inspect.Parameter.KEYWORD_ONLY,
        group,
    )


def _argument(name: str, hint: Any) -> Argument:
    if NoneType in get_args(hint):  # one that may be left out
        (hint,) = (kind for kind in get_args(hint) if kind is not NoneType)
    if get_origin(hint) is Annotated:
        argument: Argument = get_args(hint)[1]
        return argument
    if get_origin(hint) is not Literal:
        raise ValueError(f"{name}: annotate it as Literal[…] or Annotated[type, Argument]")
    values: tuple[str, ...] = get_args(hint)
    if set(values) == {"yes", "no"}:
        return YES_NO
    return choice({value: value.replace("-", " ").capitalize() for value in values})


def _one_of(choices: tuple[str, ...]) -> Callable[[str, date], str]:
    def read(text: str, _: date) -> str:
        if text.lower() not in choices:
            raise ValueError(f"“{shorten(text, 40)}” isn’t one of {listed(choices, 'or')}.")
        return text.lower()

    return read


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


YES_NO = Argument("yes or no", _one_of(("yes", "no")), "yes", YesNo())
