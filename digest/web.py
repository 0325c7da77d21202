"""The polite client: the only module that opens a connection."""

from __future__ import annotations

import queue
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, SSLError

from digest import __version__
from digest.errors import SourceError, Unreachable
from digest.manners import (
    ARXIV,
    group_of,
    proxy_of,
    redirected,
    retry_after,
    seconds_to_wait,
    server_of,
)
from digest.model import ARXIV_PACE, Answer, Request, Validator

PAUSES = (5.0, 10.0, 20.0, 40.0)  # seconds between tries, where a server doesn't say how long
_MOVED = {301, 302, 303, 307, 308}
_CHUNK = 2**16  # bytes
_Value = TypeVar("_Value")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long we wait, how much we take."""

    reach: float = 5.0  # seconds for a host's look-up and connection together
    read: float = 60.0  # seconds without a byte; arXiv thinks long about 2,000 papers
    whole: float = 180.0  # seconds for one answer
    patience: float = 300.0  # seconds for one answer with all its tries and pauses
    body: int = 64 * 2**20  # bytes of an answer, after decompression
    redirects: int = 5


class Web:
    """Asks one thing at a time of each host; all of arXiv's count as one."""

    def __init__(
        self,
        site_url: str,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            site_url: told to the servers, so that they can find us.
            clock: monotonic, in seconds.
            jitter: 0 to 1; a pause is up to half longer by it.
            proxies: by scheme, "no" for hosts without one; None: what the environment says.
        """
        self._limits = limits or Limits()
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._agent = f"digest/{__version__} (+{site_url})"
        self._proxies = dict(getproxies() if proxies is None else proxies)
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def get(self, request: Request) -> Answer:
        """Ask, again after a pause where the server says "slow down", and follow redirects.

        Raises:
            Unreachable: nobody is there; the host's other requests get the same, at once.
            SourceError: no answer, or none that we may take; one line says why.
        """
        url = request.url
        for _ in range(self._limits.redirects + 1):
            host = self._host(url)
            with host.lock:
                reply = self._patiently(url, request, host)
            location = reply.headers.get("location") if reply.status in _MOVED else None
            if not location:
                mark = Validator(
                    etag=reply.headers.get("etag", ""),
                    modified=reply.headers.get("last-modified", ""),
                )
                known = mark if mark.etag or mark.modified else None
                return Answer(url=url, status=reply.status, body=reply.body, validator=known)
            url = redirected(url, location)
        raise SourceError(f"more than {self._limits.redirects} redirects from {request.url}")

    def _patiently(self, url: str, request: Request, host: _Host) -> _Reply:
        """The first answer that isn't "slow down", however many tries that takes."""
        started = self._clock()
        for pause in (*PAUSES, None):
            reply = self._once(url, request, host)
            if not reply.problem:
                return reply
            wait = reply.retry_after
            if wait is None and pause is not None:
                wait = pause * (1 + self._jitter() / 2)
            spent = self._clock() - started
            if pause is None or wait is None or spent + wait > self._limits.patience:
                asks = f", which asks to wait {wait:.0f} s" if reply.retry_after else ""
                raise SourceError(f"{reply.problem} from {urlsplit(url).hostname}{asks}; given up")
            self._sleep(wait)
        raise AssertionError("the last pause is None")

    def _once(self, url: str, request: Request, host: _Host) -> _Reply:
        self._reach(url, host)
        wait = seconds_to_wait(host.last, self._clock(), _pace(url, request))
        if wait:
            self._sleep(wait)
        host.last = self._clock()
        try:
            reply = _within(self._limits.whole, lambda: self._exchange(url, request))
        except TimeoutError:
            host.down = f"no whole answer in {self._limits.whole:g} s"
            raise SourceError(f"{host.down} from {url}") from None
        except SSLError as error:
            raise SourceError(f"no safe connection to {url}: {error}") from None
        except (HTTPError, OSError) as error:
            if proxy_of(url, self._proxies) and not host.answered:
                # A proxy that lets nobody through fails in many ways, and will again.
                host.down = self._unreached(url, getattr(error, "original_error", error))
                raise Unreachable(host.down) from None
            return _Reply(problem=f"no whole answer ({_words(error)})")
        host.answered = True
        return reply

    def _exchange(self, url: str, request: Request) -> _Reply:
        headers = {
            "User-Agent": self._agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip, deflate",
            **_conditions(request.validator),
            **({"Content-Type": "application/x-www-form-urlencoded"} if request.form else {}),
        }
        response = self._pool(url).request(
            "POST" if request.form else "GET",
            url,
            body=urlencode(request.form) if request.form else None,
            headers=headers,
            redirect=False,
            preload_content=False,
        )
        try:
            body, size = list[bytes](), 0
            for chunk in response.stream(_CHUNK, decode_content=True):
                body.append(chunk)
                size += len(chunk)
                if size > self._limits.body:
                    raise SourceError(f"more than {self._limits.body:,} bytes from {url}")
        finally:
            response.close()
        slow = response.status in {406, 429} or response.status >= 500
        return _Reply(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=b"".join(body),
            problem=f"HTTP {response.status}" if slow else "",
        )

    def _reach(self, url: str, host: _Host) -> None:
        """See that somebody is there, in a time that no resolver or dead route can stretch."""
        door = server_of(proxy_of(url, self._proxies) or url)
        if host.down:
            raise Unreachable(f"{server_of(url)[0]} was not asked: {host.down}")
        if door in host.reached:
            return
        seconds = self._limits.reach
        try:
            _within(seconds, lambda: socket.create_connection(door, seconds).close())
        except (OSError, UnicodeError) as error:
            problem = self._unreached(url, error)
            if not host.reached:
                host.down = problem
            raise Unreachable(problem) from None
        host.reached.add(door)

    def _unreached(self, url: str, error: Exception) -> str:
        proxy = proxy_of(url, self._proxies)
        via = f"the proxy {server_of(proxy)[0]}: " if proxy else ""
        return f"{server_of(url)[0]} could not be reached: {via}{_words(error)}"

    def _pool(self, url: str) -> urllib3.PoolManager:
        """The connections that lead to an address: straight, or through its proxy."""
        proxy = proxy_of(url, self._proxies)
        with self._lock:
            if proxy not in self._pools:
                timeout = urllib3.Timeout(connect=self._limits.reach, read=self._limits.read)
                self._pools[proxy] = (
                    _proxied(proxy, timeout)
                    if proxy
                    else urllib3.PoolManager(retries=False, timeout=timeout)
                )
            return self._pools[proxy]

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(group_of(url), _Host())


class _Host(msgspec.Struct, kw_only=True):
    """What we know of a host, or of all that are arXiv's; whoever asks holds the lock."""

    lock: threading.Lock = msgspec.field(default_factory=threading.Lock)
    last: float | None = None  # start of the newest request
    reached: set[tuple[str, int]] = msgspec.field(default_factory=set)
    answered: bool = False
    down: str = ""  # why it isn't asked any more


class _Reply(msgspec.Struct, frozen=True, kw_only=True):
    status: int = 0
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)  # names in small letters
    body: bytes = b""
    problem: str = ""  # why to ask again

    @property
    def retry_after(self) -> float | None:
        return retry_after(self.headers.get("retry-after"), self.headers.get("date"))


def _conditions(mark: Validator | None) -> dict[str, str]:
    if mark is None:
        return {}
    found = {"If-None-Match": mark.etag, "If-Modified-Since": mark.modified}
    return {name: value for name, value in found.items() if value}


def _proxied(proxy: str, timeout: urllib3.Timeout) -> urllib3.ProxyManager:
    parts = urlsplit(proxy)
    who = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(proxy_basic_auth=who) if parts.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, retries=False, timeout=timeout)


def _pace(url: str, request: Request) -> float:
    return max(request.pace, ARXIV_PACE) if group_of(url) == ARXIV else request.pace


def timetable(requests: Iterable[Request]) -> tuple[float, ...]:
    """When each of these requests would start, at the earliest, in seconds from now."""
    last, starts = dict[str, float](), list[float]()
    for request in requests:
        group = group_of(request.url)
        start = last[group] + _pace(request.url, request) if group in last else 0.0
        last[group] = start
        starts.append(start)
    return tuple(starts)


def _within(seconds: float, call: Callable[[], _Value]) -> _Value:
    """What the call gives, if it does in time; else TimeoutError, and its thread is left behind."""
    box = queue.SimpleQueue[tuple[_Value | None, BaseException | None]]()

    def run() -> None:
        try:
            box.put((call(), None))
        except BaseException as error:
            box.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = box.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]  # None only where the call gives it


def _words(error: Exception) -> str:
    """An error for people: no object addresses."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return re.sub(r"<[^>]*>|\([^()]*object at[^()]*\)|^\W+", "", reason).strip()
