"""A file that a slash command or form brings: read only from Discord, within a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord.files import fetch
from bot.errors import DeliveryError
from tests.conftest import HEBB
from tests.rigs.discord import TOKEN, DiscordRig, connect
from tests.rigs.discord_people import Member, join, text
from tests.rigs.waiting import eventually

BIB = f"@misc{{one, eprint = {{{HEBB.id}}}}}\n\n@misc{{two, title = {{No Such Paper}}}}\n".encode()


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord."""
    async with DiscordRig().serving() as rig:
        yield rig


@pytest.fixture
async def ada(rig, bot) -> AsyncIterator[Member]:
    """Give a person in a channel with the bot."""
    async with connect(bot, rig):
        yield join(rig, "ada")


async def keep(ada: Member, name: str, content: bytes, **told: object) -> str:
    return text(
        await ada.sees(ada.give("keep-from", "file", ada.rig.attach(name, content, **told)))
    )


async def test_an_attached_file_is_kept_and_what_was_not_found_is_told(rig, ada):
    said = await keep(ada, "shelf.bib", BIB)
    assert "Imported 1 paper" in said
    assert "No Such Paper" in said
    (headers,) = rig.requests("GET attachment")
    assert TOKEN not in str(headers)


async def test_a_file_in_the_form_is_kept(rig, ada):
    asked = ada.type("keep-from")
    modal = await rig.until(lambda: asked.modal)
    labels = [one for one in modal["components"] if one["type"] == 18]
    assert [one["component"]["type"] for one in labels][:2] == [4, 19]
    file = rig.attach("shelf.bib", BIB)
    said = text(await ada.sees(ada.send(modal, file, text="", file=file["id"], private="yes")))
    assert "Imported 1 paper" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"\0\1", "isn’t a text file"), (b"\xff", "No papers found")],
)
async def test_a_bad_file_gets_a_clear_sentence(ada, content, sentence):
    assert sentence in await keep(ada, "a.bib", content)


async def test_no_more_is_read_than_is_taken(rig, ada):
    rig.endless = True
    assert "is larger than 20 MB" in await keep(ada, "a.bib", b"x", size=1)
    poured = rig.poured
    await eventually(lambda: not rig.endless)
    assert rig.poured - poured < 10_000_000


async def test_only_discords_own_addresses_are_asked_and_no_redirect_is_followed(rig, ada):
    rig.redirect = f"http://{rig.at}/attachments/elsewhere"
    assert "Discord didn't return the file" in await keep(ada, "a.bib", BIB)
    assert len(rig.requests("GET attachment")) == 1
    for url in (
        "https://example.org/a",
        "http://cdn.discordapp.com/a",
        "https://cdn.discordapp.com.example.org/a",
        "",
    ):
        with pytest.raises(DeliveryError, match="not stored at Discord"):
            await fetch(url, 10)
