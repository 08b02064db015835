"""A server removes the bot, or invites it again: told, found out, and told apart from an outage."""

from __future__ import annotations

from simcord.backend import serializers
from simcord.backend.models import Guild

from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, text


async def keeps(ada: Member) -> str:
    """Keep a paper, and return the name of the server."""
    assert "Saved" in text(await ada.sees(ada.type("save", paper=HEBB.id)))
    return str(ada.guild)


def come_back(rig: DiscordRig, guild: Guild) -> None:
    """Let a server invite the bot again."""
    guild.channel_ids.clear()  # they went with it
    rig.backend.guilds[guild.id] = guild
    payload = dict(serializers.guild_create_payload(rig.backend, guild))
    payload.pop(
        "unavailable", None
    )  # which tells a guild that was joined from one that was out of order
    rig.backend.emit("GUILD_CREATE", payload)


async def test_a_server_that_removes_the_bot_is_gone_until_it_invites_it_again(rig, bot):
    async with connect(bot, rig):
        ada = join(rig, "ada")
        guild = await keeps(ada)
        known = rig.backend.guilds[int(guild)]
        rig.backend.remove_guild(known.id)
        await rig.until(lambda: bot.services.tenants.gone("discord", guild))
        come_back(rig, known)
        await rig.until(lambda: _is_here(bot, guild))
        assert await bot.services.store.tenant("discord", guild).shelf.ids(str(ada.id)) == (
            HEBB.id,
        )


async def _is_here(bot, guild: str) -> bool:
    return not await bot.services.tenants.gone("discord", guild)


async def test_a_server_that_is_out_of_order_has_removed_nothing(rig, bot):
    async with connect(bot, rig):
        ada = join(rig, "ada")
        guild = await keeps(ada)
        rig.backend.emit("GUILD_DELETE", {"id": guild, "unavailable": True})
        await ada.sees(ada.type("saved"))
        assert not await bot.services.tenants.gone("discord", guild)


async def test_who_removed_the_bot_while_it_was_away_is_found_out_at_the_start(rig, bot):
    async with connect(bot, rig):
        guild = await keeps(join(rig, "ada"))
    other, known = rig.backend.create_guild("Other"), rig.backend.guilds[int(guild)]
    rig.backend.remove_guild(known.id)
    async with connect(bot, rig):
        await rig.until(lambda: bot.services.tenants.gone("discord", guild))
        assert not await bot.services.tenants.gone("discord", str(other.id))
    come_back(rig, known)
    async with connect(bot, rig):
        await rig.until(lambda: _is_here(bot, guild))


async def test_it_is_found_out_after_a_gap_too(rig, bot, monkeypatch):
    monkeypatch.setattr("adapters.discord.backoff.IDENTIFY_SECONDS", 0.0)
    async with connect(bot, rig):
        guild = await keeps(join(rig, "ada"))
        rig.drop(resumable=False)
        rig.backend.remove_guild(int(guild))
        await rig.until(lambda: rig.sessions)
        await rig.until(lambda: bot.services.tenants.gone("discord", guild))


async def test_where_discord_does_not_say_who_has_the_bot_nobody_has_left(rig, bot, caplog):
    async with connect(bot, rig):
        guild = await keeps(join(rig, "ada"))
    rig.backend.remove_guild(int(guild))
    rig.faults.append(Fault("GET /users/@me/guilds", 403, times=9))
    async with connect(bot, rig):
        await rig.until(lambda: "which servers have Paperboy is unknown" in caplog.text)
        assert not await bot.services.tenants.gone("discord", guild)


async def test_a_late_reaction_from_a_server_that_is_purged_brings_nothing_back(rig, bot):
    async with connect(bot, rig):
        ada = join(rig, "ada")
        shown = await ada.sees(ada.type("share", paper=HEBB.id))
        await keeps(ada)
        bot.services.tenants.purge_after *= 0
        await bot.services.tenants.removed("discord", str(ada.guild))
        ada.react(shown)
        await ada.sees(ada.type("status"))  # which comes after it
    assert await bot.services.store.departures.known("discord") == frozenset()


async def test_in_a_server_that_has_not_invited_the_bot_people_are_alone_with_it(
    rig, bot, monkeypatch
):
    async with connect(bot, rig):
        ada = join(rig, "ada")
        monkeypatch.setattr(
            "discord.Client.get_guild", lambda _, __: None
        )  # an app of the person's own
        await keeps(ada)
        assert await bot.services.store.tenant("discord", "").shelf.ids(str(ada.id)) == (HEBB.id,)
        assert "There is no team here" in text(await ada.sees(ada.type("nominate", paper=HEBB.id)))
        await ada.sees(ada.type("share", paper=HEBB.id))
        assert await bot.recent("discord", bot.now() - bot.services.tenants.purge_after) == ()
