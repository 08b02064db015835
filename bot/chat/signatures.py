"""A typed async function becomes a command.

    async def day(
        ctx: Context, when: Annotated[date, DAY], *, page: Annotated[int, PAGE] = 1
    ) -> View:
        '''Show the papers of one day.

        when: a date, or today or yesterday
        page: Page [1]
        '''

Name, help, arguments, forms and suggestions come from the signature and the docstring.
Positional parameters take words in their order, the last of them all that is left; keyword-only
ones are written `name:value` anywhere. A parameter annotated with `Options` takes those given of
many arguments, as a mapping.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from bot.chat.arguments import YES_NO, Argument, choice, number
from bot.chat.commands import FIRST, MORE, Command, Form, Group, Handler, Param
from bot.models import Bounds

H = TypeVar("H", bound=Handler)

# "Time [9:00] – as in 9:00, 17:30 or 9am": a short label, the default in words, and more about it
_LABEL = re.compile(r"(?P<label>[^[–:]{1,40}?)(?: \[(?P<default>[^]]+)\])?(?: – .+)?$")
_DESCRIBED = re.compile(r"^ *(\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """Arguments that several commands share; all are named, and may be left out."""

    params: tuple[Param, ...]

    @classmethod
    def of(
        cls, help_text: str, hints: Mapping[str, Any], arguments: Mapping[str, Argument]
    ) -> Options:
        """Make one of each line of help, as in a docstring.

        Its type is in `hints`, which are those of a dataclass's fields; `arguments` has those that
        their types alone don't make.
        """
        return cls(
            tuple(
                _param(name, said, arguments.get(name) or _argument(name, hints[name]), option=True)
                for name, said in _described(help_text).items()
            )
        )

    def but(self, *names: str) -> Options:
        """Return all but some of them."""
        return Options(tuple(param for param in self.params if param.name not in names))

    def for_change(self, cleared: Mapping[str, str]) -> Options:
        """Return them for changing what is there: without defaults.

        `cleared` says what it means to clear an input, by name.
        """
        return Options(
            tuple(
                replace(
                    one,
                    help=one.help.replace(f" [{one.default}]", ""),
                    default="",
                    argument=replace(one.argument, emptied=cleared.get(one.name, "")),
                )
                for one in self.params
            )
        )


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


def command_name(handler: Handler) -> str:
    """Return what people type for a function."""
    return handler.__name__.strip("_").replace("_", "-")


def command_title(handler: Handler) -> str:
    """Return the first sentence of a function's docstring, without its full stop."""
    return (inspect.getdoc(handler) or "").partition("\n")[0].rstrip(".")


@cache
def command(handler: Handler) -> Command:
    """Read a command off a function; ValueError if the signature or docstring lacks something."""
    title = command_title(handler)
    described = _described((inspect.getdoc(handler) or "").partition("\n")[2])
    hints = get_type_hints(handler, include_extras=True)
    _, *parameters = inspect.signature(handler).parameters.values()
    name = command_name(handler)
    params: list[Param] = []
    options_name = ""
    for parameter in parameters:
        if options := _options(hints[parameter.name]):
            params += options.params
            options_name = parameter.name
        elif said := described.get(parameter.name):
            params.append(_read_parameter(parameter, hints[parameter.name], said))
        else:
            raise ValueError(f"{name}: the docstring explains no {parameter.name}")
    if not title:
        raise ValueError(f"{name}: the docstring explains no purpose")
    return Command(
        name,
        title,
        tuple(sorted(params, key=lambda param: param.group == MORE)),
        hasattr(handler, "__shared__"),
        handler,
        getattr(handler, "__form__", None),
        hasattr(handler, "__managing__"),
        getattr(handler, "__aliases__", ()),
        options_name,
    )


def _options(hint: Any) -> Options | None:
    return next((one for one in get_args(hint) if isinstance(one, Options)), None)


def _described(notes: str) -> dict[str, tuple[str, Group]]:
    """Return what a docstring says of each argument; those after a line "More:" are more."""
    first, _, more = notes.partition("\nMore:\n")
    found: dict[str, tuple[str, Group]] = {}
    for part, group in ((first, FIRST), (more, MORE)):
        found |= {name: (said, group) for name, said in _DESCRIBED.findall(part)}
    return found


def _read_parameter(parameter: inspect.Parameter, hint: Any, described: tuple[str, Group]) -> Param:
    return _param(
        parameter.name,
        described,
        _argument(parameter.name, hint),
        required=parameter.default is inspect.Parameter.empty,
        named=parameter.kind is inspect.Parameter.KEYWORD_ONLY,
    )


def _param(
    name: str,
    described: tuple[str, Group],
    argument: Argument,
    *,
    required: bool = False,
    named: bool = True,
    option: bool = False,
) -> Param:
    text, group = described
    said = _LABEL.match(text)
    label = said["label"] if said else name.replace("_", " ")
    default = (said["default"] or "") if said else ""
    label = label[:1].upper() + label[1:]
    return Param(name, text, label, default, argument, required, named, group, option)


def _argument(name: str, hint: Any) -> Argument:
    if NoneType in get_args(hint):  # one that may be left out
        (hint,) = (kind for kind in get_args(hint) if kind is not NoneType)
    if hint is bool:
        return YES_NO
    if get_origin(hint) is Annotated:
        match get_args(hint)[1]:
            case Bounds(low, high):
                return number(low, high)
            case Argument() as argument:
                return argument
            case _:
                pass
    if get_origin(hint) is not Literal:
        raise ValueError(f"{name}: annotate it as Literal[…] or Annotated[type, Argument]")
    values: tuple[str, ...] = get_args(hint)
    return choice({value: value.replace("-", " ").capitalize() for value in values})
