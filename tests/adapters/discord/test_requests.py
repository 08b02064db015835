"""Where the text of a Discord message is: embeds, components, forwarded messages."""

import pytest

from adapters.discord.requests import extract_text
from bot.identifiers import paper_ids

A = "2401.00001"
URL = f"https://arxiv.org/abs/{A}"


@pytest.mark.parametrize(
    "message",
    [
        {"content": f"see [a paper]({URL}) today"},
        {"content": f"<{URL}>"},
        {"content": f"||{URL}||"},
        {"content": f"**arXiv:** {A}"},
        {"content": f"what a week\n{A}"},
        {"embeds": [{"title": "A paper", "url": URL}]},
        {"embeds": [{"description": f"See [a paper]({URL})."}]},
        {"embeds": [{"fields": [{"name": "Paper", "value": f"[link]({URL})"}]}]},
        {"embeds": [{"author": {"name": "A paper", "url": URL}}]},
        {"embeds": [{"footer": {"text": f"arXiv:{A}"}}]},
        {"components": [{"type": 17, "components": [{"type": 10, "content": f"[A]({URL})"}]}]},
        {"components": [{"type": 9, "components": [{"type": 10, "content": URL}]}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 5, "url": URL}]}]},
        {"message_snapshots": [{"message": {"content": f"read {URL}"}}]},
        {"message_snapshots": [{"message": {"embeds": [{"title": "A", "url": URL}]}}]},
    ],
)
def test_the_paper_is_found_wherever_its_link_stands(message):
    assert paper_ids(extract_text({"author": {"username": "2402.00002"}, **message})) == (A,)


def test_a_number_in_a_sentence_is_no_paper():
    assert paper_ids(extract_text({"content": f"our invoice {A} is due"})) == ()
