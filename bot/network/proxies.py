"""The proxy for an address, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.errors import SettingsError

PROXY_NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_SECURE = ("https", "wss")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies for encrypted and plain connections, "" for none, and hosts without one."""

    https: str = field(default="", repr=False)  # may hold a password
    http: str = field(default="", repr=False)
    exempt: tuple[str, ...] = ()

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Proxies:
        """Read the variables, in small letters too. Raises SettingsError for a bad address."""
        values = {name: env.get(name.lower(), env.get(name, "")).strip() for name in PROXY_NAMES}
        exempt = values["NO_PROXY"].lower().replace(",", " ").split()
        return cls(
            _address("HTTPS_PROXY", values["HTTPS_PROXY"]),
            _address("HTTP_PROXY", values["HTTP_PROXY"]),
            tuple(exempt),
        )

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy for requests to `url`, None if they go directly."""
        target = urlsplit(url)
        proxy = self.https if target.scheme in _SECURE else self.http
        port = target.port or (443 if target.scheme in _SECURE else 80)
        return None if self._is_exempt(target.hostname or "", port) else proxy or None

    def name_for(self, url: str) -> str:
        """Return the host and port of the proxy for `url`, "" if there is none."""
        return host_of(self.proxy_for(url) or "")

    def _is_exempt(self, host: str, port: int) -> bool:
        """Tell whether NO_PROXY names a host, its domain or all."""
        for one in self.exempt:
            name, colon, number = one.rpartition(":")
            if not (colon and number.isdecimal()):
                name, number = one, ""
            if number and int(number) != port:
                continue
            domain = name.strip("[]").removeprefix("*").removeprefix(".")
            if name == "*" or (domain and (host == domain or host.endswith(f".{domain}"))):
                return True
        return False


NO_PROXIES = Proxies()


def host_of(proxy: str) -> str:
    """Return the host and port of a proxy, without its user and password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _address(name: str, proxy: str) -> str:
    if not proxy:
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(proxy)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        # the address stays out of the sentence: it can hold a password
        raise SettingsError(
            f"{name} is not the address of an HTTP proxy. Set one such as "
            "http://proxy.example.org:3128."
        )
    return proxy
