"""A walk over every command, button and form, two levels deep: nothing is silent or invalid."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.chat.signatures import command
from bot.features import ALL
from tests.adapters.slack.test_talk import LINES
from tests.conftest import add_outlets
from tests.rigs.slack import BOT, Message, SlackRig, pressable
from tests.rigs.slack_rules import NEWER

MANAGER, READER, STRANGER = "U2", "U1", "U9"
PATIENCE = 10.0  # seconds, for a machine that is busy with other tests
EXAMPLES = {"number": "1", "resolve": "1", "what": "there"}

pytestmark = pytest.mark.slow


@dataclass
class Walk:
    """One person's walk; `silent` are the lines after which there was nothing to see."""

    rig: SlackRig
    user: str
    channel: str
    depth: int
    visited: set[str] = field(default_factory=set)
    silent: list[str] = field(default_factory=list)

    async def begin(self, line):
        """Give a command, and press what its answer offers."""
        await self._follow(line, lambda: self.rig.slash(line, self.user, self.channel), 0)

    async def mention(self, line):
        """Mention the bot with a command, and press what its answer offers."""
        await self._follow(
            f"@ {line}", lambda: self.rig.mention(f"<@{BOT}> {line}", self.user, self.channel), 0
        )

    async def write(self, line):
        """Write a command to the bot, and press what its answer offers."""
        await self._follow(f"> {line}", lambda: self.rig.write(line, self.user), 0)

    async def shortcut(self):
        """Use the shortcut on messages with and without a paper."""
        for text in ("https://arxiv.org/abs/2605.00001", "nothing"):
            await self._follow(
                f"shortcut {text}",
                lambda text=text: self.rig.shortcut({"text": text}, self.user),
                0,
            )

    async def find(self):
        """Use the global shortcut."""
        act = self.rig.global_shortcut
        await self._follow("shortcut find", lambda: act("find_paper", self.user), 0)

    async def begin_at_home(self):
        """Open the Home, and press what it offers."""
        home = await self.rig.open_home(self.user)
        for block, element in pressable(home["blocks"]):
            text = None if "value" in element else "attention"

            async def press(block=block, element=element, text=text):
                await self.rig.press_element(home, block, element, self.user, text)

            await self._follow(f"home {element['action_id']} {block['block_id']}", press, 0)

    async def _follow(self, line, act, depth):
        if line in self.visited:
            return
        self.visited.add(line)
        rig = self.rig
        messages, views, changes = len(rig.messages), dict(rig.views), rig.changes
        before = asyncio.all_tasks()
        await act()
        try:
            async with asyncio.timeout(PATIENCE):
                await rig.until(lambda: rig.changes > changes)
        except TimeoutError:
            self.silent.append(line)
            return
        await _rest(before)
        if depth == self.depth:
            return
        opened = [view for key, view in rig.views.items() if views.get(key) is not view]
        for shown in [*rig.messages[messages:], *opened]:
            await self._press_all(line, shown, depth)

    async def _press_all(self, line, shown, depth):
        if not isinstance(shown, Message) and shown.get("callback_id") == "form":
            if "form.more" in [block["block_id"] for block in shown["blocks"]]:
                await self._open(f"{line} (more)", shown, depth)
            await self._follow(f"{line} (sent)", lambda: self._submit(shown), depth + 1)
            return
        blocks = shown.blocks if isinstance(shown, Message) else shown["blocks"]
        for block, element in pressable(blocks):
            begun = element.get("value") or element["action_id"].partition(".")[2]
            text = None if "value" in element else "attention"

            async def press(block=block, element=element, text=text):
                await self.rig.press_element(shown, block, element, self.user, text)

            await self._follow(begun, press, depth + 1)

    async def _open(self, line, form, depth):
        """Press *More options*, and send the form with them."""
        await self._follow(line, lambda: self.rig.press(form, "More options", self.user), depth)

    async def _submit(self, form):
        values = {}
        given = self.rig.give("shelf.bib", b"@misc{a, eprint = {2605.00001}}")
        for block in form["blocks"]:
            element = block.get("element", {})
            example = element.get("placeholder", {}).get("text", "")
            example = element.get("initial_time", example)
            if element.get("options"):
                example = element["options"][0]["value"]
            if element.get("type") == "conversations_select":
                example = "C1"
            if not block.get("optional") or element.get("initial_option"):
                values[block["block_id"]] = EXAMPLES.get(block["block_id"], example) or "x"
        answer = await self.rig.submit(form, self.user, given, **values)
        self.rig.changes += bool(answer)  # an error under an input, or another view


async def _rest(before):
    """Wait until the bot is done: what comes late must not count as another answer."""
    async with asyncio.timeout(PATIENCE):
        while working := [task for task in asyncio.all_tasks() - before if _works(task)]:
            await asyncio.wait(working)


def _works(task):
    """Tell whether a task is more than a connection that waits for the next request."""
    return task.get_coro().__qualname__ != "RequestHandler.start"


async def begin(rig, slack, bot, user, channel="C1", depth=1):
    """Return a walk of a person who has a paper on the shelf, where there is a subscription."""
    add_outlets(bot, slack)
    always, rig.always = rig.always, {}
    await rig.ask("subscribe every:daily at:9 zone:berlin", MANAGER)
    await rig.ask(f"save {LINES['paper'].split()[1]}", user)
    rig.always = always
    return Walk(rig, user, channel, depth)


async def walk(rig, slack, bot, user, channel="C1", depth=1):
    found = await begin(rig, slack, bot, user, channel, depth)
    for one in map(command, ALL):
        await found.begin(LINES.get(one.name, one.name))
        await found.begin(one.name)
    await found.begin_at_home()
    await found.shortcut()
    await found.find()
    return found


@pytest.mark.parametrize("user", [MANAGER, READER, STRANGER])
async def test_whoever_asks_is_answered_two_levels_deep(rig, slack, bot, user):
    rig.newer = NEWER
    rig.shared_channels.add("C1")
    found = await walk(rig, slack, bot, user, depth=2)
    assert found.silent == []
    assert len(found.visited) > 100
    assert "\n".join(sorted(set(rig.faults_of_design))) == ""


@pytest.mark.parametrize("channel", ["D1", "C9"])
async def test_wherever_a_person_asks_there_is_an_answer(rig, slack, bot, channel):
    assert (await walk(rig, slack, bot, READER, channel)).silent == []
    assert "\n".join(sorted(set(rig.faults_of_design))) == ""


@pytest.mark.parametrize("user", [MANAGER, READER, STRANGER])
async def test_mentions_and_direct_messages_are_answered_whoever_writes(rig, slack, bot, user):
    rig.shared_channels.add("C1")
    found = await begin(rig, slack, bot, user)
    for one in map(command, ALL):
        for line in (LINES.get(one.name, one.name), one.name):
            await found.mention(line)
            await found.write(line)
    assert found.silent == []


MISSING = {"error": "missing_scope", "needed": "some:scope"}
CONDITIONS = {
    "dead response_urls": {"response_url": 404},
    "no users:read, im:write, files:write": {
        "users.info": MISSING,
        "conversations.open": MISSING,
        "files.getUploadURLExternal": MISSING,
    },
    "no channels:read, no history": {
        "conversations.info": MISSING,
        "users.conversations": MISSING,
        "conversations.history": MISSING,
        "conversations.replies": MISSING,
    },
    "no ephemeral messages": {"chat.postEphemeral": MISSING},
    "no forms": {"views.open": {"error": "expired_trigger_id"}},
    "no windows over windows": {"views.push": {"error": "expired_trigger_id"}},
    "windows that stay": {"views.update": {"error": "not_found"}},
    "no posting": {"chat.postMessage": {"error": "restricted_action"}},
    "a channel without the bot": {
        "chat.postMessage": {"error": "not_in_channel"},
        "chat.postEphemeral": {"error": "channel_not_found"},
    },
}
OTHERS = [
    (STRANGER, "dead response_urls"),
    (STRANGER, "no users:read, im:write, files:write"),
    (READER, "dead response_urls"),
    (READER, "no forms"),
]


@pytest.mark.parametrize(
    ("user", "condition"), [*((MANAGER, condition) for condition in CONDITIONS), *OTHERS]
)
async def test_whatever_is_missing_there_is_an_answer(rig, slack, bot, user, condition):
    rig.always = CONDITIONS[condition]
    assert (await walk(rig, slack, bot, user)).silent == []


async def test_in_a_read_only_channel_there_is_an_answer(rig, slack, bot):
    rig.read_only.add("C1")
    assert (await walk(rig, slack, bot, READER)).silent == []
