"""Polls: posted in a channel, and read when they have ended."""

from __future__ import annotations

from datetime import timedelta

import discord

from adapters.discord.broadcast import find_channel
from adapters.discord.errors import DISCORD_ERRORS, delivery_error
from adapters.discord.ids import person
from adapters.discord.invite import invite_again
from adapters.discord.messages import nonce, request, sent_in
from bot.chat.outlet import Poll, Sent
from bot.errors import UsageError
from bot.models import Person, Place
from bot.text import shorten, visible

MAX_ANSWER = 55  # characters
MAX_VOTERS = 1000  # to read of an answer
NO_CHANNEL = "A poll needs a channel or a thread."
NOT_ALLOWED = (
    "Paperboy may not post polls there. Allow it Create Polls, or invite it again with that "
    "permission, and try once more."
)


async def post_poll(client: discord.Client, place: Place, poll: Poll, key: str) -> Sent:
    """Post a poll. Raises UsageError if there can be none, DeliveryError."""
    channel = await find_channel(client, place)
    if not isinstance(channel, discord.TextChannel | discord.VoiceChannel | discord.Thread):
        raise UsageError(NO_CHANNEL)
    guild = channel.guild
    if not channel.permissions_for(guild.me).send_polls:
        link = ("Invite Paperboy again", invite_again(client, guild, send_polls=True))
        raise UsageError(NOT_ALLOWED, link=link)
    asked = discord.Poll(poll.question, timedelta(hours=poll.hours), multiple=True)
    for answer in poll.answers:
        asked.add_answer(text=shorten(visible(answer), MAX_ANSWER) or "—")
    message = await request(channel, channel.send(poll=asked, nonce=nonce(key)))
    return sent_in(message, place)


async def read_poll(client: discord.Client, sent: Sent) -> tuple[tuple[Person, ...], ...] | None:
    """Return who chose each answer, None while it is open or counted. Raises DeliveryError."""
    channel = client.get_partial_messageable(int(sent.place.address))
    try:
        message = await channel.fetch_message(int(sent.message))
        poll = message.poll
        if poll is None or not poll.is_finalised():
            return None
        found = []
        for answer in poll.answers:
            most = min(answer.vote_count, MAX_VOTERS)
            voters = [one async for one in answer.voters(limit=most)]
            found.append(tuple(person(one, sent.place.tenant) for one in voters if not one.bot))
    except DISCORD_ERRORS as error:
        raise delivery_error(error, "Read Message History", sent=False) from error
    return tuple(found)
