"""Plain requests through a proxy, which sees their whole addresses."""

from dataclasses import replace
from datetime import date

import pytest

from adapters.webhook import Webhook
from bot.chat.views import View, line
from bot.errors import DeliveryError, SourceDown
from bot.models import Place
from bot.network.proxies import Proxies
from bot.settings.platforms import WebhookSettings
from bot.sources.hugging_face import HuggingFace, Patience
from tests.rigs.hugging_face import hugging_face
from tests.rigs.proxy import proxy

DAY = date(2026, 5, 29)
QUICK = Patience(pause=0.001, tries=2)


async def test_plain_requests_go_through_the_proxy():
    async with hugging_face() as site, proxy({}) as one:
        site.fill(DAY)
        proxies = Proxies.read({"HTTP_PROXY": one.address})
        async with HuggingFace(site.address, patience=QUICK, proxies=proxies) as source:
            assert len((await source.daily(DAY)).papers) == 2
        one.refusal = 407
        async with HuggingFace(site.address, patience=QUICK, proxies=proxies) as source:
            with pytest.raises(SourceDown, match="The proxy asks for a user and a password"):
                await source.daily(DAY)
    assert one.asked[0].startswith(f"GET {site.address}/api/daily_papers?date=2026-05-29")


@pytest.mark.parametrize(
    ("status", "why"),
    [(407, "asks for a user and a password"), (403, r"makes no connection \(HTTP 403\)")],
)
async def test_a_web_hook_behind_a_proxy_that_refuses_is_sent_later(status, why):
    place, view = Place("webhook", "", "team"), View((line("Hello"),))
    async with proxy({}) as one:
        one.refusal = status
        proxies = Proxies.read({"HTTPS_PROXY": one.address, "HTTP_PROXY": one.address})
        settings = WebhookSettings({"team": "https://hooks.test/"}, None, proxies)
        with pytest.raises(DeliveryError, match=f"Web hook “team”: The proxy {why}") as refused:
            await Webhook(settings).send(place, view, "k")
        assert (refused.value.permanent, refused.value.ambiguous) == (False, False)
        plain = replace(settings, urls={"team": "http://hooks.test/"})
        with pytest.raises(DeliveryError) as refused:
            await Webhook(plain).send(place, view, "k")
        assert refused.value.permanent is (status == 403)
    assert one.asked == ["CONNECT hooks.test:443", "POST http://hooks.test/"]
    with pytest.raises(DeliveryError, match="Can’t reach the proxy"):
        await Webhook(settings).send(place, view, "k")
