"""Forms at the prompt: one question after the other, each answered or left at its default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from prompt_toolkit import PromptSession
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.validation import ValidationError, Validator

from adapters.terminal.places import check_place
from bot.chat.commands import MORE, Blank, Param, in_parts
from bot.chat.intents import Intent
from bot.chat.kinds import Where, Words
from bot.errors import UsageError
from bot.text import visible

MAX_FIRST = 4  # questions that everybody is asked
_ELSEWHERE = re.compile("[:@]")  # in an e-mail address, or the name of a web hook
INTRO = "Enter takes the value shown, Ctrl-C or Esc cancels."


class Cancelled(Exception):
    """A person wants none of it."""


async def fill(intent: Intent, blanks: Sequence[Blank], today: date) -> Intent:
    """Ask for the blanks of an intent: the first few, and the others only if wanted.

    Raises Cancelled.
    """
    first, more = split_blanks(in_parts(blanks))
    if len(blanks) > 1:
        print(INTRO)
    args = await _ask_each(first, dict(intent.args), today)
    if more and (not first or await _wants_more()):
        args = await _ask_each(more, args, today)
    return replace(intent, args=args)


def split_blanks(blanks: Sequence[Blank]) -> tuple[list[Blank], list[Blank]]:
    """Return the first blanks, and those that are asked for only if a person wants more.

    What depends on another answer stays with that, and is not counted.
    """
    group = [blank for blank in blanks if blank.param.group != MORE]
    counted = [blank for blank in group if blank.param.argument.depends is None]
    late = counted[MAX_FIRST:]
    first = [blank for blank in group if blank not in late]
    return first, [*late, *(blank for blank in blanks if blank.param.group == MORE)]


async def _ask_each(blanks: Sequence[Blank], args: dict[str, str], today: date) -> dict[str, str]:
    defaults = {blank.param.name: blank.value for blank in blanks}
    for blank in blanks:
        if blank.param.applies({**defaults, **args}):
            check = _Check(blank.param, today)
            edits = isinstance(blank.param.kind, Words)  # text is changed, anything else replaced
            args[blank.param.name] = await _ask(
                question(blank.param, blank.value), blank.value, check, edits=edits
            )
    return args


async def _wants_more() -> bool:
    answer = await _ask("More options? (yes or no)", "no", None)
    return answer.lower() in {"y", "yes"}


def question(param: Param, value: str) -> str:
    """Write what is asked: the label, and in brackets how to answer.

    A default is named where no `value` stands behind the question.
    """
    hint = param.description or ", ".join(param.choices)
    if not hint and not param.default:
        hint = f"such as {param.argument.example}"
    default = f"default: {param.default}" if param.default and not value else ""
    shown = "; ".join(filter(None, (hint, default)))
    return visible(f"{param.label} ({shown})" if shown else param.label)


@dataclass(frozen=True, slots=True)
class _Check(Validator):
    """Refuses what an argument cannot be, at its question."""

    param: Param
    today: date

    def validate(self, document: Document) -> None:
        """Raise ValidationError with the sentence that the command would answer."""
        text = " ".join(document.text.split())
        if not text or self.param.argument.whole:
            return
        try:
            self.param.argument.read(text, self.today)
            if isinstance(self.param.kind, Where) and not _ELSEWHERE.search(text):
                check_place(text.lower())
        except (ValueError, UsageError) as error:
            raise ValidationError(len(document.text), str(error)) from error


async def _ask(text: str, value: str, check: Validator | None, *, edits: bool = False) -> str:
    """Ask a question, whose value Enter takes; it stands there to be edited, or to be replaced."""
    keys = KeyBindings()

    @keys.add("escape", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    session: PromptSession[str] = PromptSession(
        key_bindings=keys, validator=check, validate_while_typing=False
    )
    try:
        with patch_stdout(raw=True):
            if edits:
                return await session.prompt_async(f"{text}: ", default=value)
            shown = FormattedText([("fg:ansibrightblack", value)])
            return await session.prompt_async(f"{text}: ", placeholder=shown) or value
    except (KeyboardInterrupt, EOFError) as error:
        raise Cancelled from error
