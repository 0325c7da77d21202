"""One request and its answer: the only module that speaks HTTP to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.util import Url, parse_url

from digest.errors import SourceError
from digest.model import Request, Validator
from digest.sources.politeness import retry_after

_BUSY = {406, 429, 503}  # arXiv says the first, where others say the second
_CHUNK = 2**16  # bytes


class NoAnswer(Exception):
    """No whole answer came."""

    def __init__(self, message: str, *, silent: bool) -> None:
        super().__init__(message)
        self.silent = silent  # whether nothing came for too long


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one try."""

    status: int = 0
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)  # names in small letters
    body: bytes = b""
    problem: str = ""  # why to ask again
    timed_out: bool = False
    endless: bool = False  # whether it came, and never whole
    public: bool = False  # whether it is from a public address

    @property
    def is_busy(self) -> bool:
        """Whether the host wants to be left alone; else one document of it is broken."""
        return self.status in _BUSY or self.retry_after is not None

    @property
    def retry_after(self) -> float | None:
        return retry_after(self.headers.get("retry-after"), self.headers.get("date"))


class Way:
    """Connections to a server: straight to one address, whatever its name means by then, or through
    a proxy.
    """

    def __init__(self, url: str, address: str, proxy: str, *, connect: float) -> None:
        """
        Args:
            url: of anything there.
            address: an IP address of the server.
            proxy: the address of a proxy; empty where there is none.
            connect: seconds for a connection.
        """
        self._connect = connect
        self._proxied = bool(proxy)
        self._pool: urllib3.PoolManager | urllib3.HTTPConnectionPool = (
            _through(proxy) if proxy else _straight(url, address)
        )

    def exchange(self, url: str, request: Request, agent: str, most: int, read: float) -> Reply:
        """Ask once.

        Args:
            agent: who asks.
            most: bytes to take.
            read: seconds without a byte.

        Raises:
            NoAnswer: asking again may help.
            SourceError: it won't.
        """
        try:
            return self._exchange(url, request, agent, most, read)
        except SSLError as error:
            raise SourceError(f"no safe connection to {url}: {error}") from None
        except (HTTPError, OSError, UnicodeError) as error:
            silent = isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError)
            found = getattr(error, "original_error", error)  # of a proxy
            raise NoAnswer(words(found), silent=silent) from None

    def _exchange(self, url: str, request: Request, agent: str, most: int, read: float) -> Reply:
        headers = {
            "User-Agent": agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip, deflate",
            **_conditions(request.validator),
            **({"Content-Type": "application/x-www-form-urlencoded"} if request.form else {}),
        }
        parts = _parsed(url)
        response = self._pool.request(
            "POST" if request.form else "GET",
            url if self._proxied else parts.request_uri,
            body=urlencode(request.form) if request.form else None,
            headers=headers if self._proxied else {"Host": parts.netloc or "", **headers},
            redirect=False,
            timeout=urllib3.Timeout(connect=self._connect, read=read),
            preload_content=False,
        )
        try:
            body, size = list[bytes](), 0
            for chunk in response.stream(_CHUNK, decode_content=True):
                body.append(chunk)
                size += len(chunk)
                if size > most:
                    raise SourceError(f"more than {most:,} bytes from {url}")
        finally:
            response.close()
        slow = response.status in _BUSY or response.status >= 500
        return Reply(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=b"".join(body),
            problem=f"HTTP {response.status}" if slow else "",
        )


def _parsed(url: str) -> Url:
    try:
        return parse_url(url)
    except LocationParseError:
        raise SourceError(f"no address: {url}") from None


def _straight(url: str, address: str) -> urllib3.HTTPConnectionPool:
    parts = _parsed(url)
    place = f"[{address}]" if ":" in address else address
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(place, parts.port, retries=False)
    name = (parts.host or "").strip("[]").rstrip(".")  # whose certificate it must show
    return urllib3.HTTPSConnectionPool(place, parts.port, retries=False, server_hostname=name)


def _through(proxy: str) -> urllib3.ProxyManager:
    parts = urlsplit(proxy)
    who = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(proxy_basic_auth=who) if parts.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, retries=False)


def _conditions(mark: Validator | None) -> dict[str, str]:
    if mark is None:
        return {}
    found = {"If-None-Match": mark.etag, "If-Modified-Since": mark.modified}
    return {name: value for name, value in found.items() if value}


def words(error: Exception) -> str:
    """An error for people: no object addresses."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return re.sub(r"<[^>]*>|\([^()]*object at[^()]*\)|^\W+", "", reason).strip()
