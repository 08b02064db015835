"""The command line: `paperboy`, its commands, and the one place where the parts are put together."""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot import __version__
from bot.chat.commands import Command, command
from bot.errors import PaperboyError, SettingsError, UsageError
from bot.features import ALL
from bot.settings import Settings, environment, set_up_logging, sqlite_in

if TYPE_CHECKING:
    from bot.bootstrap import App
    from bot.chat.bot import Bot
    from bot.chat.intents import Intent
    from bot.chat.outlet import Adapter, Outlet
    from bot.chat.views import View

DONE, NOTHING, WRONG = 0, 1, 2  # exit codes
# Seconds for which the event loop waits for a thread that searches; Python's own are five times as
# many.
SWITCH = 0.001
INTERRUPTED = 130  # as shells write it: 128 + SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run `paperboy`; return its exit code."""
    # start-up time: what is imported stays, and looking through it for garbage meanwhile takes a
    # fifth of it
    gc.disable()
    sys.setswitchinterval(SWITCH)
    _fit_streams()
    args, words = _arguments(argv)
    try:
        settings = Settings.read(environment(Path(".env")))
        set_up_logging(settings.log_level)
        code: int = asyncio.run(args.run(settings, args, words))
    except PaperboyError as error:
        if getattr(args, "json", False):
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        print(f"paperboy: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        _give_up_stdout()
        return DONE
    return code


def _give_up_stdout() -> None:
    """Let what is still to be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fit_streams() -> None:
    """See to it that there are streams, and that they take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@asynccontextmanager
async def opened(
    settings: Settings, outlets: Sequence[Outlet] = (), *, waits: bool = True
) -> AsyncIterator[App]:
    """Open the app, and begin to collect garbage once all is imported."""
    from bot.bootstrap import open_app  # start-up time: `paperboy --help` needs none of the parts

    progress = _show_progress if waits else None
    async with open_app(settings, outlets, waits=waits, progress=progress) as app:
        gc.freeze()
        gc.enable()
        yield app


def _show_progress(there: int, missing: int) -> None:
    print(f"Search index: {there:,} of {missing:,} papers", file=sys.stderr)


def _arguments(argv: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="paperboy",
        description="Hugging Face's daily papers: look through them, find them again, keep what matters.",
        epilog="Without a command: run where a chat token is set, otherwise a prompt to type at. "
        "Exit codes: 0 done, 1 nothing found, 2 wrong use.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"paperboy {__version__}")
    parser.set_defaults(run=_run_or_prompt)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for one in map(command, ALL):
        _add_command(commands, one)
    sync = commands.add_parser(
        "sync", help="Fetch the lists of today and the last days, or of any days"
    )
    sync.add_argument("--since", type=_day, metavar="DAY", help="the first day, as in 2024-05-27")
    sync.add_argument("--until", type=_day, metavar="DAY", help="the last day; today if left out")
    sync.set_defaults(run=_sync)
    load = commands.add_parser(
        "import", help="Bring in papers from JSON or JSON Lines files, .gz and .xz too"
    )
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.set_defaults(run=_import)
    index = commands.add_parser("index", help="Check the search index, or make it anew")
    wanted = index.add_mutually_exclusive_group(required=True)
    wanted.add_argument(
        "--check", action="store_true", help="read all of it, and make it anew where it is damaged"
    )
    wanted.add_argument(
        "--rebuild", action="store_true", help="make it anew from the papers that are kept"
    )
    index.set_defaults(run=_index)
    running = commands.add_parser(
        "run", help="Connect to Slack and Discord, wherever there is a token, and stay there"
    )
    running.set_defaults(run=_run)
    invite = commands.add_parser(
        "discord-invite", help="Print the link that invites the bot to a Discord server"
    )
    invite.set_defaults(run=_discord_invite)
    demo = commands.add_parser("demo", help="Show what Paperboy does, with no token and no account")
    demo.set_defaults(run=_demo)
    args, words = parser.parse_known_args(argv)
    if words and (args.run is not _ask or any(word.startswith("--") for word in words)):
        parser.error(f"unrecognized arguments: {' '.join(words)}")
    return args, words


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], one: Command
) -> None:
    parser = commands.add_parser(
        one.name, help=one.help, description=f"{one.help}.", allow_abbrev=False
    )
    positional = [param for param in one.params if not param.named]
    if positional:
        needed = "+" if any(param.required for param in positional) else "*"
        explained = "; ".join(param.help for param in positional)
        parser.add_argument(
            "words", nargs=needed, metavar=positional[-1].name.upper(), help=explained
        )
    for param in one.params:
        if param.named:
            parser.add_argument(f"--{param.name}", help=param.help, choices=param.choices or None)
    parser.add_argument(
        "--json", action="store_true", help="print the answer as JSON, for programs"
    )
    if one.name == "find":
        parser.add_argument(
            "--limit",
            type=_limit,
            metavar="N",
            help="papers in each answer to “find --json -”, up to 100; 10 if left out",
        )
        parser.add_argument(
            "--online", action="store_true", help="ask Hugging Face too, also with --json"
        )
    parser.set_defaults(run=_ask, command=one)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day such as 2024-05-27") from None


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= 100:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to 100")
    return int(text)


async def _ask(settings: Settings, args: argparse.Namespace, words: list[str]) -> int:
    """Run one of the bot's commands and print its answer."""
    from bot.chat.views import Outcome

    if args.command.name == "find":
        settings = replace(
            settings, ask_hugging_face=args.online or (settings.ask_hugging_face and not args.json)
        )
    if args.command.name == "find" and (args.limit or [*args.words, *words] == ["-"]):
        return await _find_lines(settings, args, words)
    from adapters.terminal import ME, put, with_files

    async with opened(replace(settings, admins=settings.admins | {ME.id})) as app:
        view = await app.bot.handle(with_files(app.bot, _intent(app.bot, args, words)))
        if view.file:
            put(view.file)
        _print(view, as_json=args.json)
    match view.outcome:
        case Outcome.DONE:
            return DONE
        case Outcome.REFUSED:
            return WRONG
        case Outcome.NOTHING | Outcome.FAILED:
            return NOTHING


async def _find_lines(settings: Settings, args: argparse.Namespace, words: list[str]) -> int:
    from bot.cli.batch_search import MOST, answer_lines
    from bot.runtime.signals import cancelled_by

    if [*args.words, *words] != ["-"] or not args.json:
        raise UsageError(
            "“find --json -” answers a query a line from standard input; --limit goes with that "
            "only."
        )
    async with opened(settings) as app:
        answering = asyncio.create_task(
            answer_lines(app.services.library, sys.stdin.fileno(), sys.stdout, args.limit or MOST)
        )
        try:
            with cancelled_by(answering, signal.SIGINT):
                await answering
        except asyncio.CancelledError:
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, or a folder to read from
            _give_up_stdout()
            print(
                f"paperboy: {error.strerror}: see where the queries come from and the answers go.",
                file=sys.stderr,
            )
            return WRONG
    return DONE


def _intent(bot: Bot, args: argparse.Namespace, words: list[str]) -> Intent:
    from adapters.terminal import HERE, ME

    one: Command = args.command
    line = " ".join([one.name, *map(_quoted, [*getattr(args, "words", []), *words])])
    intent = bot.read(line, ME, HERE)
    options = {
        p.name: value
        for p in one.params
        if p.named and (value := getattr(args, p.name)) is not None
    }
    return replace(intent, args={**intent.args, **options})


def _quoted(word: str) -> str:
    """Put back the quotation marks that the shell took off author:"ada lovelace"."""
    name, colon, value = word.partition(":")
    return (
        f'{name}:"{value}"'
        if colon and name.isalpha() and " " in value and '"' not in value
        else word
    )


def _print(view: View, *, as_json: bool) -> None:
    from adapters.terminal import show
    from bot.chat.views import View, plain

    if as_json:
        sentence = plain(View(view.blocks[:1]))
        data = view.data if view.data is not None else {"error": sentence}
        print(json.dumps(data, ensure_ascii=False))
    else:
        show(view)


async def _run_or_prompt(settings: Settings, args: argparse.Namespace, words: list[str]) -> int:
    """Connect where there is a token, and open a prompt where there is none."""
    chosen = _run if settings.slack or settings.discord else _prompt
    return await chosen(settings, args, words)


async def _run(settings: Settings, _: argparse.Namespace, __: list[str]) -> int:
    """Stay connected until told to stop."""
    from bot.runtime.supervisor import run, until_told
    from bot.text import count, listed

    adapters: list[Adapter] = []
    for trouble in settings.left_out:
        print(f"paperboy: {trouble}", file=sys.stderr)
    if settings.slack:
        from adapters.slack import Slack

        adapters.append(Slack(settings.slack))
    if settings.discord:
        from adapters.discord import Discord

        adapters.append(Discord(settings.discord))
    if not adapters and not settings.webhooks:
        raise SettingsError(
            "There is no token: set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN (see "
            "README)."
        )
    here = {one.platform for one in adapters} | ({"webhook"} if settings.webhooks else set())
    if settings.admin_place and settings.admin_place[0] not in here:
        trouble = f"PAPERBOY_ADMIN_PLACE names {settings.admin_place[0]}, which is not set up here."
        print(f"paperboy: {trouble}", file=sys.stderr)
    started = [one.platform.capitalize() for one in adapters]
    if settings.webhooks:
        started.append(count(len(settings.webhooks.urls), "web hook"))
    print(f"Starting {listed(started)}; Ctrl-C stops.", flush=True)
    async with opened(settings, adapters, waits=False) as app:
        ended = await until_told(run(app.bot, adapters, app.chores))
    return DONE if ended else WRONG


async def _prompt(settings: Settings, _: argparse.Namespace, __: list[str]) -> int:
    """Open the terminal, keeping the papers in step meanwhile."""
    from adapters.terminal import ME, Terminal
    from bot.runtime.supervisor import doing

    terminal = Terminal(settings.home)
    settings = replace(
        settings, admins=settings.admins | {ME.id}
    )  # who has the machine has the bot
    async with opened(settings, [terminal], waits=False) as app, doing(app.chores):
        await terminal.run(app.bot)
    return DONE


async def _sync(settings: Settings, args: argparse.Namespace, _: list[str]) -> int:
    from bot.cli.import_papers import sync
    from bot.clock import utc_now

    if args.until and not args.since:
        raise UsageError("--until needs --since: say the first day too.")
    if args.since and args.since > (args.until or utc_now().date()):
        raise UsageError("The first day is after the last: change --since or --until.")
    async with opened(settings) as app:
        return DONE if await sync(app.services.library, args.since, args.until) else NOTHING


async def _import(settings: Settings, args: argparse.Namespace, _: list[str]) -> int:
    from bot.cli.import_papers import load

    async with opened(settings) as app:
        return DONE if await load(app.services.library, args.files) else NOTHING


async def _index(settings: Settings, args: argparse.Namespace, _: list[str]) -> int:
    from bot.text import count

    async with opened(settings) as app:
        if args.rebuild:
            print(
                "The search index is made anew: "
                f"{count(await app.services.library.rebuild_index(), 'paper')}."
            )
            return DONE
        sound = await app.services.library.check_index()
    print(
        "The search index is sound." if sound else "The search index was damaged, and is made anew."
    )
    return DONE if sound else NOTHING


async def _discord_invite(settings: Settings, _: argparse.Namespace, __: list[str]) -> int:
    from adapters.discord.invite import invite

    print(await invite(settings.discord))
    return DONE


async def _demo(settings: Settings, _: argparse.Namespace, __: list[str]) -> int:
    """Show the main job in a folder of its own, and leave a person at the prompt."""
    from adapters.terminal import HERE, ME, Terminal, announce, show
    from bot.cli.demo import demo

    with TemporaryDirectory(prefix="paperboy-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        async with opened(replace(settings, home=home, database_url=sqlite_in(home))) as app:
            view = await demo(app.bot, ME, HERE, announce, show)
            if sys.stdin.isatty() and sys.stdout.isatty():
                announce(
                    "Your turn. What you save here is gone when you leave; “paperboy” alone keeps "
                    "it."
                )
                await Terminal(home, view).run(app.bot)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
