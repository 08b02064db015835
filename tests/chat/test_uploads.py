"""Files that people give: what is read of them, and what is said where they are bad."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import uploads as files
from bot.chat.encodings import Decoded
from bot.chat.intents import File, Intent
from bot.chat.uploads import MAX_BYTES, read_uploads, text_of
from bot.chat.views import plain
from bot.errors import DeliveryError, UsageError
from tests.conftest import ADA, DIFFUSION, HEBB, HERE

BIB = f"@misc{{one, eprint = {{{HEBB.id}}}}}\n\n@misc{{two, title = {{No Such Paper}}}}\n"


def given(content: bytes, name: str = "shelf.bib", size: int | None = None) -> File:
    async def fetch(most: int) -> bytes:
        return content[:most]

    return File(name, len(content) if size is None else size, fetch)


def keep(file: File, **args: str) -> Intent:
    return Intent("keep-from", ADA, HERE, {"file": file.name, **args}, {"file": file})


async def test_what_is_in_a_file_is_kept_and_what_was_not_found_is_told(bot):
    view = await bot.handle(keep(given(BIB.encode())))
    assert view.data == {
        "kept": 1,
        "there": 0,
        "not_found": ["No Such Paper"],
        "not_asked": [],
        "not_read": [],
    }
    assert plain(view).startswith("Imported 1 paper.")


async def test_a_text_and_a_file_are_both_read(bot):
    assert (await bot.handle(keep(given(BIB.encode()), text=DIFFUSION.id))).data["kept"] == 2


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (given(b""), "“shelf.bib” is empty."),
        (given(b" \r\n\t"), "“shelf.bib” is empty."),
        (given(b"PK\x03\x04\x00\x00", "shelf.zip"), "“shelf.zip” isn’t a text file."),
        (given(b"%PDF-1.7 \xff\xfe"), "“shelf.bib” isn’t a text file."),
        (given(b"a\0b"), "“shelf.bib” isn’t a text file."),
        (given(b"x" * (MAX_BYTES + 1)), "“shelf.bib” is larger than 20 MB."),
        (given(b"x" * (MAX_BYTES + 1), size=7), "“shelf.bib” is larger than"),
        (given(b"", size=MAX_BYTES + 1), "“shelf.bib” is larger than"),
        (given(b"hello"), "No papers found."),
        (given(b"[" * 100_000), "No papers found."),
        (given(b"", "x" * 300), "x…”"),
    ],
)
async def test_a_bad_file_gets_a_clear_sentence(bot, file, sentence):
    said = plain(await bot.handle(keep(file)))
    assert sentence in said
    assert "went wrong" not in said


async def test_a_file_that_does_not_arrive_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.01)

    async def never(_: int) -> bytes:
        await asyncio.Future()
        return b""

    async def refused(_: int) -> bytes:
        raise DeliveryError("It is gone.")

    with pytest.raises(UsageError, match=r"“a.bib” took too long to arrive; try again."):
        await text_of(File("a.bib", 1, never))
    with pytest.raises(UsageError, match=r"“a.bib” could not be fetched. It is gone."):
        await text_of(File("a.bib", 1, refused))


async def test_a_byte_order_mark_is_no_text():
    assert await text_of(given("\ufeffé".encode())) == Decoded("é")


async def test_a_guessed_encoding_is_told(bot):
    latin = f"@misc{{a, title={{Über größere Bäume}}, eprint={{{HEBB.id}}}}}".encode("latin-1")
    view = await bot.handle(keep(given(latin)))
    assert view.data["kept"] == 1
    assert "“shelf.bib” isn’t UTF-8, probably cp125" in plain(view)
    declared = await bot.handle(keep(given(b"% Encoding: ISO8859_1\n" + latin)))
    assert "isn’t UTF-8" not in plain(declared)


async def test_a_name_alone_is_no_file(bot, ask):
    with pytest.raises(UsageError, match="attach the file itself as file"):
        await read_uploads(
            bot.commands["keep-from"], Intent("keep-from", ADA, HERE, {"file": "shelf.bib"})
        )
    assert "only a name here" in plain(await ask("keep-from file:/etc/passwd"))


async def test_where_nothing_is_given_all_of_it_is_asked_for(bot):
    blanks = await bot.form(bot.read("keep-from", ADA, HERE))
    assert [blank.param.name for blank in blanks] == ["text", "file", "private"]
    assert await bot.form(keep(given(b"x"))) == ()
    assert "needs a file, or links" in plain(await bot.handle(bot.read("keep-from", ADA, HERE)))
