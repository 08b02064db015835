"""A file in the form of a command: read from Slack alone, with a bound."""

import pytest

from adapters.slack.files import is_slack_address
from tests.conftest import HEBB
from tests.rigs.slack import BOT_TOKEN
from tests.rigs.waiting import eventually

BIB = f"@misc{{one, eprint = {{{HEBB.id}}}}}\n\n@misc{{two, title = {{No Such Paper}}}}\n".encode()


@pytest.fixture
def keep(rig, slack):
    """Give a way to send a file through the form, and to see the answer."""

    async def keep(file, **values):
        before = set(rig.views)
        await rig.slash("keep-from")
        await rig.until(lambda: set(rig.views) - before)
        (name,) = set(rig.views) - before
        told = len(rig.messages)
        answer = await rig.submit(rig.views[name], given=file, **values)
        if answer:
            return answer["errors"]["file"]
        await rig.until(lambda: len(rig.messages) > told)
        return rig.messages[-1].seen

    assert slack
    return keep


async def test_a_file_in_the_form_is_kept_and_what_was_not_found_is_told(rig, keep):
    said = await keep(rig.give("shelf.bib", BIB))
    assert "Imported 1 paper" in said
    assert "No Such Paper" in said
    assert rig.downloads == [f"Bearer {BOT_TOKEN}"]


async def test_a_text_in_the_form_is_kept_without_a_file(keep):
    assert "Imported 1 paper" in await keep(None, text=f"https://arxiv.org/abs/{HEBB.id}")


async def test_of_a_file_that_slack_tells_little_of_the_address_is_asked_for(rig, keep):
    assert "Imported 1 paper" in await keep(
        rig.give("shelf.bib", BIB, file_access="check_file_info")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "“a.bib” is empty."),
        (b"%PDF-1.4", "“a.bib” isn’t a text file."),
    ],
)
async def test_a_bad_file_is_told_under_its_input(rig, keep, content, sentence):
    assert sentence in await keep(rig.give("a.bib", content))


async def test_no_more_is_read_than_is_taken(rig, keep):
    rig.endless = True
    assert "“a.bib” is larger than 20 MB." in await keep(rig.give("a.bib", b"x", size=1))
    await eventually(lambda: not rig.endless)
    assert rig.poured < 25_000_000


async def test_a_redirect_is_not_followed_and_the_token_goes_to_slack_alone(rig, keep):
    rig.redirect = f"{rig.url}/files/elsewhere"
    assert "Slack did not hand the file over" in await keep(rig.give("a.bib", BIB))
    assert len(rig.downloads) == 1
    rig.redirect = ""
    elsewhere = rig.url.replace("127.0.0.1", "localhost")
    said = await keep(rig.give("a.bib", BIB, url_private_download=f"{elsewhere}/files/F1"))
    assert "The file is not stored at Slack" in said
    assert len(rig.downloads) == 1


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.bib", True),
        ("https://slack.com/a", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com:8443/a", False),
        ("https://files.slack.com.example.org/a", False),
        ("https://notslack.com/a", False),
        ("https://me@files.slack.com/a", False),
        ("https://example.org/slack.com", False),
        ("file:///etc/passwd", False),
        ("//files.slack.com/a", False),
        ("", False),
    ],
)
def test_which_addresses_are_slacks(url, ours):
    assert is_slack_address(url, "https://slack.com/api/") is ours


def test_the_addresses_of_govslack_are_slacks_where_it_is_set():
    assert is_slack_address("https://files.slack-gov.com/a", "https://slack-gov.com/api/")
    assert not is_slack_address("https://files.slack-gov.com/a", "https://slack.com/api/")
