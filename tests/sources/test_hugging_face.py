"""The Hugging Face papers API over real sockets: what it says, and what it does wrong."""

import asyncio
import gzip
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date
from itertools import count

import pytest

from bot.errors import SettingsError, SourceDown, SourceError
from bot.sources.hugging_face import HuggingFace, Patience
from bot.sources.web import Web
from tests.rigs.hugging_face import CUT_OFF, PAGE, Fault, Reply, Site, hugging_face, item, reply

DAY = date(2026, 5, 20)
QUICK = Patience(total=5, request=2, connect=1, read=0.2, pause=0.001, tries=4)
TOKEN = "hf_secret"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hugging_face() as site:
        yield site


@pytest.fixture
async def source(site: Site) -> AsyncIterator[HuggingFace]:
    async with HuggingFace(site.address, TOKEN, patience=QUICK) as source:
        yield source


async def test_a_day_is_read_with_all_its_pages(site: Site, source: HuggingFace):
    site.fill(DAY, papers=250)
    batch = await source.daily(DAY)
    assert [paper.upvotes for paper in batch.papers] == list(range(250))
    assert {paper.daily for paper in batch.papers} == {DAY}
    assert [request.query.get("p") for request in site.requests] == [None, "1", "2"]


async def test_what_is_trending_is_no_more_than_was_asked_for(site: Site, source: HuggingFace):
    site.fill(DAY, papers=150)
    assert len((await source.trending(3)).papers) == 3
    assert len((await source.trending(120)).papers) == 120
    assert site.requests[0].query == {"sort": "trending", "limit": "3"}


async def test_a_search_sends_a_limit_and_no_more_text_than_the_api_takes(
    site: Site, source: HuggingFace
):
    site.fill(DAY)
    assert [paper.upvotes for paper in (await source.search("paper 1")).papers] == [1]
    assert (await source.search("  \n ")).papers == ()
    await source.search("long " * 100, limit=1000)
    assert [len(request.query["q"]) for request in site.requests] == [7, 249]
    assert site.requests[-1].query["limit"] == "120"


async def test_one_paper_is_read_by_its_id_however_it_is_spelt(site: Site, source: HuggingFace):
    site.fill(DAY)
    paper = await source.paper("https://arxiv.org/abs/2605.20001v3")
    assert paper
    assert paper.title == "Paper 1 of 2026-05-20"


async def test_a_paper_that_is_not_there_is_none(site: Site, source: HuggingFace):
    assert await source.paper("2605.99999") is None
    assert await source.paper("../../settings") is None
    assert [request.path for request in site.requests] == ["/api/papers/2605.99999"]


async def test_a_paper_is_indexed_with_one_post(site: Site, source: HuggingFace):
    site.arxiv["2605.20001"] = item(1, DAY)
    site.fail(reply({}, 503))
    assert await source.index("https://arxiv.org/abs/2605.20001")
    assert [one.method for one in site.requests] == ["POST", "POST"]
    assert not await source.index("2605.20001")
    assert not await source.index("no id")
    assert await source.paper("2605.20001")


async def test_each_request_says_who_asks_and_shows_the_token(site: Site, source: HuggingFace):
    await source.daily(DAY)
    headers = site.requests[0].headers
    assert headers["user-agent"].startswith("paperboy/")
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept-encoding"] == "gzip"


async def test_an_endpoint_can_have_a_path_and_a_slash_at_its_end(site: Site):
    site.fill(DAY)
    async with HuggingFace(f"{site.address}/mirror/", patience=QUICK) as source:
        assert len((await source.daily(DAY)).papers) == 2
    assert site.requests[0].path == "/mirror/api/daily_papers"
    assert "authorization" not in site.requests[0].headers


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "huggingface.co",
        "ftp://a.b",
        "http://me:pw@a.b",
        "http://a b",
        "http://[",
        "https://a.b/?q=1",
    ],
)
def test_an_endpoint_that_is_no_address_is_refused_without_repeating_it(endpoint: str):
    with pytest.raises(SettingsError, match=r"^HF_ENDPOINT must be an address"):
        HuggingFace(endpoint)


def test_a_token_that_cannot_be_one_is_refused_without_repeating_it():
    with pytest.raises(SettingsError) as refused:
        HuggingFace("https://huggingface.co", "hf_\nsecret")
    assert "secret" not in str(refused.value)


async def test_compressed_answers_are_read(site: Site, source: HuggingFace):
    site.gzipped = True
    site.fill(DAY, papers=101)
    assert len((await source.daily(DAY)).papers) == 101


async def test_items_that_are_no_papers_are_counted_and_the_rest_is_kept(
    site: Site, source: HuggingFace
):
    site.days[DAY] = [item(1, DAY), {"paper": {}}, None, 7, item(2, DAY), item(1, DAY)]
    batch = await source.daily(DAY)
    assert (len(batch.papers), batch.skipped) == (2, 3)


# What is worth another try


@pytest.mark.parametrize(
    "fault",
    [
        reply({}, 500),
        reply({}, 503),
        reply({}, 408),
        reply({}, 429),
        reply({}, 429, RateLimit='"api";r=0;t=0'),
        Fault.STALL,
        Fault.RESET,
        CUT_OFF,
        PAGE,
        b"",
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
async def test_what_passes_is_tried_again(site: Site, source: HuggingFace, fault: Reply):
    site.fill(DAY)
    site.fail(fault, times=2)
    assert len((await source.daily(DAY)).papers) == 2
    assert len(site.requests) == 3


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (reply({}, 500), "has a problem (HTTP 500); try again later."),
        (reply({}, 429), "takes no more requests for now; try again in 5 minutes."),
        (Fault.STALL, "takes too long to answer; try again later."),
        (Fault.RESET, "closed the connection early; try again later."),
        (CUT_OFF, "closed the connection early; try again later."),
        (PAGE, "answers with a page instead of data; try again later, or check HF_ENDPOINT."),
    ],
)
async def test_what_does_not_pass_is_given_up_with_a_sentence(
    site: Site, source: HuggingFace, fault: Reply, sentence: str
):
    site.fail(fault, times=99)
    with pytest.raises(SourceDown) as down:
        await source.daily(DAY)
    assert str(down.value) == f"{site.address[7:]} {sentence}"
    # aiohttp by itself repeats a GET once whose connection was reset
    assert len(site.requests) in (
        {QUICK.tries, 2 * QUICK.tries} if fault is Fault.RESET else {QUICK.tries}
    )


@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        (reply({}, 400), SourceError, 1),
        (reply({}, 418), SourceError, 1),
        (reply(b"", 204), SourceError, 1),
        (reply({}, 401), SourceDown, 1),
        (reply({}, 403), SourceDown, 1),
        (reply({}, 404), SourceDown, 1),
        (reply({"error": "no list"}), SourceError, 2),
        (reply(None), SourceError, 2),
        (reply(b""), SourceError, 2),
        (reply(b'[{"paper": {'), SourceError, 2),
        (reply(b"[" * 100_000), SourceError, 2),
        (reply(b"[" + b"9" * 5000 + b"]"), SourceError, 2),
        (reply(b'["\xff"]'), SourceError, 2),
        (reply(b"no gzip at all", Content_Encoding="gzip"), SourceError, 2),
        (reply(gzip.compress(b"[]" * 999)[:-9], Content_Encoding="gzip"), SourceError, 2),
        (reply(b"[]", Content_Encoding="br"), SourceError, 2),
        (reply(b"[" + b"{}," * 300_000 + b"0]"), SourceError, 1),
        (reply(b"[" + b" " * 20_000_001 + b"]"), SourceError, 1),
        (Fault.BOMB, SourceError, 1),
    ],
)
async def test_what_would_not_pass_is_asked_for_once_or_twice(
    site: Site, source: HuggingFace, fault: Reply, kind: type[SourceError], tries: int
):
    site.fail(fault, times=99)
    with pytest.raises(SourceError) as error:
        await source.daily(DAY)
    assert type(error.value) is kind
    assert str(error.value)[-1] == "."
    assert TOKEN not in repr(error.value)
    assert len(site.requests) == tries


async def test_a_bomb_takes_little_memory(site: Site, source: HuggingFace):
    await source.daily(DAY)  # so that what is imported does not count
    site.fail(Fault.BOMB)
    tracemalloc.start()
    with pytest.raises(SourceError, match="far more than a list of papers can be"):
        await source.daily(DAY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


async def test_nobody_there_is_said_soon(unused_tcp_port: int):
    async with HuggingFace(f"http://127.0.0.1:{unused_tcp_port}", patience=QUICK) as source:
        with pytest.raises(
            SourceDown,
            match=r"\(connection refused\)\. Check the network, proxy settings and HF_ENDPOINT",
        ):
            await source.daily(DAY)


async def test_an_answer_that_trickles_for_ever_ends_at_the_time_for_a_request(site: Site):
    site.fail(Fault.TRICKLE)
    async with HuggingFace(
        site.address, patience=Patience(request=0.4, read=0.2, tries=1)
    ) as source:
        with pytest.raises(SourceDown, match="takes too long"):
            await source.daily(DAY)


# Manners


async def test_the_wait_that_a_refusal_asks_for_is_kept(site: Site, source: HuggingFace):
    clock = asyncio.get_running_loop().time
    site.fail(reply({}, 429, RateLimit='"api";r=0;t=1'))
    begun = clock()
    await source.daily(DAY)
    assert 1 <= clock() - begun < 1.5


async def test_where_nothing_remains_the_next_request_waits_unasked(
    site: Site, source: HuggingFace
):
    clock = asyncio.get_running_loop().time
    site.fail(reply([], RateLimit='"api";r=0;t=1'))
    begun = clock()
    await source.daily(DAY)
    assert clock() - begun < 0.5
    await asyncio.gather(source.daily(DAY), source.paper("2605.00001"))
    assert 1 <= clock() - begun < 1.5


async def test_a_wait_beyond_all_patience_is_said_instead(site: Site, source: HuggingFace):
    site.fail(reply({}, 429, Retry_After="86400"))
    with pytest.raises(SourceDown, match="takes no more requests for now; try again in 24 hours"):
        await source.daily(DAY)
    with pytest.raises(SourceDown, match="takes no more requests for now; try again in 5 minutes"):
        await source.daily(DAY)
    assert len(site.requests) == 1


async def test_a_list_without_end_is_given_up(site: Site, source: HuggingFace):
    numbers = count()
    site.answer = lambda _: reply(
        [item(next(numbers), DAY)], Link=f'</api?p={next(numbers)}>; rel="next"'
    )
    with pytest.raises(SourceError, match="has no end"):
        await source.daily(DAY)
    assert len(site.requests) == 100


async def test_pages_that_repeat_themselves_are_the_end(site: Site, source: HuggingFace):
    numbers = count()
    site.answer = lambda _: reply([item(1, DAY)], Link=f'<?p={next(numbers)}>; rel="next"')
    assert len((await source.daily(DAY)).papers) == 1
    site.answer = lambda _: reply([{"bad": "item"}], Link='<?p=1>; rel="next"')
    assert (await source.daily(DAY)).skipped == 2
    assert len(site.requests) == 4


async def test_a_link_or_a_redirect_leads_nowhere_else(site: Site, source: HuggingFace):
    async with hugging_face() as other:
        site.fail(
            reply(
                [item(1, DAY)], Link=f'<{other.address}/api/daily_papers?p=1&limit=100>; rel="next"'
            )
        )
        site.fail(reply([item(2, DAY)]))
        assert len((await source.daily(DAY)).papers) == 2
        site.fail(reply(b"", 302, Location=f"{other.address}/api/daily_papers"))
        with pytest.raises(
            SourceDown, match=r"redirects to http://127.0.0.1:\d+; set HF_ENDPOINT to that"
        ):
            await source.daily(DAY)
        assert other.requests == []


async def test_a_redirect_to_another_scheme_is_not_followed(site: Site, source: HuggingFace):
    site.fail(
        reply(b"", 302, Location=f"https://{site.address.removeprefix('http://')}/api/daily_papers")
    )
    with pytest.raises(SourceDown, match=r"redirects to https://127.0.0.1:\d+; set HF_ENDPOINT"):
        await source.daily(DAY)
    assert len(site.requests) == 1


async def test_a_redirect_elsewhere_is_named_without_its_password(site: Site, source: HuggingFace):
    site.fail(reply(b"", 302, Location="https://ada:hunter2@example.org/api"))
    with pytest.raises(SourceDown, match=r"redirects to https://example\.org;") as error:
        await source.daily(DAY)
    assert "hunter2" not in str(error.value)


async def test_three_redirects_are_followed_and_no_more(site: Site, source: HuggingFace):
    site.fill(DAY)
    for tries, path in ((3, "/there"), (4, "/for-ever")):
        site.requests.clear()
        for _ in range(tries):
            site.fail(reply(b"", 302, Location=f"{path}/api/daily_papers?date={DAY}&limit=9"))
        if tries == 3:
            assert len((await source.daily(DAY)).papers) == 2
        else:
            with pytest.raises(SourceDown, match="redirects"):
                await source.daily(DAY)
        assert len(site.requests) == 4


async def test_of_the_address_of_the_next_page_only_the_query_counts(
    site: Site, source: HuggingFace
):
    link = f'<{site.address}/api/daily_papers?date={DAY}&limit=9&p=1#top>; rel="next"'
    site.fail(reply([item(1, DAY)], Link=link))
    site.fail(reply([item(2, DAY)]))
    assert len((await source.daily(DAY)).papers) == 2
    assert site.requests[-1].query == {"date": f"{DAY}", "limit": "9", "p": "1"}


async def test_a_redirect_on_the_same_server_is_followed(site: Site, source: HuggingFace):
    site.fill(DAY)
    site.fail(reply(b"", 307, Location=f"/there/api/daily_papers?date={DAY}&limit=9"))
    assert len((await source.daily(DAY)).papers) == 2
    assert [request.path for request in site.requests] == [
        "/api/daily_papers",
        "/there/api/daily_papers",
    ]


@pytest.mark.parametrize("location", ["/api/daily_papers", "", "http://[", "javascript:alert(1)"])
async def test_a_redirect_in_circles_or_into_nothing_ends(
    site: Site, source: HuggingFace, location: str
):
    site.fail(reply(b"", 302, Location=location), times=99)
    with pytest.raises(SourceDown, match="redirects to no usable address"):
        await source.daily(DAY)
    assert len(site.requests) <= 4


async def test_an_answer_is_read_in_a_thread_so_that_the_bot_goes_on_meanwhile(site: Site):
    web = Web(site.address, None, QUICK)
    answer = await web.get("/api/daily_papers?limit=1", lambda _: threading.current_thread())
    await web.close()
    assert answer
    assert answer.value is not threading.main_thread()


def test_importing_the_source_imports_no_http_client():
    code = (
        "import sys, bot.sources.hugging_face, bot.library.sync; sys.exit('aiohttp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
