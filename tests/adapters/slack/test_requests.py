"""Where the text of a Slack message is: blocks, attachments, shared messages."""

import pytest

from adapters.slack.requests import extract_text
from bot.identifiers import paper_ids

A = "2401.00001"
URL = f"https://arxiv.org/abs/{A}"
LINK = {"type": "link", "url": URL, "text": "a paper"}
NUMBER = {"type": "text", "text": A, "style": {"bold": True}}


def rich(*elements, kind="rich_text_section"):
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def say(text):
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    "message",
    [
        {"text": f"see <{URL}|a paper> today"},
        {"text": f"see &lt;{URL}&gt;"},
        {"text": f"*<{URL}>*"},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"<{URL}|paper>"}}]},
        {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": f"({URL})"}]}]},
        {"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": f"arXiv:{A}"}]}]},
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": f"arXiv:{A}"}}]},
        {"blocks": [rich(say("see "), LINK, say("."))]},
        {"blocks": [rich(NUMBER)]},
        {"blocks": [rich(LINK, kind="rich_text_quote")]},
        {
            "blocks": [
                rich({"type": "rich_text_section", "elements": [LINK]}, kind="rich_text_list")
            ]
        },
        {"blocks": [rich(say(f"{URL}\n"), kind="rich_text_preformatted")]},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "url": URL}]}]},
        {"attachments": [{"title": "A paper", "title_link": URL}]},
        {"attachments": [{"text": f"Read {URL}"}]},
        {"attachments": [{"from_url": URL, "fallback": "A paper"}]},
        {"attachments": [{"fields": [{"title": "Link", "value": URL}]}]},
        {"attachments": [{"message_blocks": [{"message": {"blocks": [rich(LINK)]}}]}]},
        {"attachments": [{"is_share": True, "blocks": [rich(LINK)]}]},
        {"text": "", "files": [{"title": f"arXiv:{A}"}]},
    ],
)
def test_the_paper_is_found_wherever_its_link_stands(message):
    assert paper_ids(extract_text(message)) == (A,)


def test_a_number_in_a_sentence_is_no_paper_though_it_is_bold():
    assert (
        paper_ids(extract_text({"blocks": [rich(say("our invoice "), NUMBER, say(" is due"))]}))
        == ()
    )


def test_a_link_that_is_called_by_an_id_is_one():
    named = {"type": "link", "url": "https://example.org", "text": A}
    assert paper_ids(extract_text({"blocks": [rich(say("read "), named)]})) == (A,)
