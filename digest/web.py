"""The polite client: the only module that opens a connection."""

from __future__ import annotations

import queue
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from digest import __version__
from digest.errors import SourceError, Unreachable
from digest.model import ARXIV_PACE, Answer, Request, Validator

PAUSES = (5.0, 10.0, 20.0, 40.0)  # seconds between tries, where a server doesn't say how long
_ARXIV = "arxiv.org"
_MOVED = {301, 302, 303, 307, 308}
_CHUNK = 2**16  # bytes
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
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
    ) -> None:
        """
        Args:
            site_url: told to the servers, so that they can find us.
            clock: monotonic, in seconds.
            jitter: 0 to 1; a pause is up to half longer by it.
        """
        self._limits = limits or Limits()
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._agent = f"digest/{__version__} (+{site_url})"
        timeout = urllib3.Timeout(connect=self._limits.reach, read=self._limits.read)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout)
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
            return _Reply(problem=f"no whole answer ({_words(error)})")
        return reply

    def _exchange(self, url: str, request: Request) -> _Reply:
        headers = {
            "User-Agent": self._agent,
            "Accept": request.accept,
            "Accept-Encoding": "gzip, deflate",
            **_conditions(request.validator),
            **({"Content-Type": "application/x-www-form-urlencoded"} if request.form else {}),
        }
        response = self._pool.request(
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
        name, port = _server(url)
        if host.down:
            raise Unreachable(f"{name} was not asked: {host.down}")
        if (name, port) in host.reached:
            return
        seconds = self._limits.reach
        try:
            _within(seconds, lambda: socket.create_connection((name, port), seconds).close())
        except (OSError, UnicodeError) as error:
            problem = f"{name} could not be reached: {_words(error)}"
            if not host.reached:
                host.down = problem
            raise Unreachable(problem) from None
        host.reached.add((name, port))

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(_group(url), _Host())


@dataclass(slots=True, kw_only=True)
class _Host:
    """What we know of a host, or of all that are arXiv's; whoever asks holds the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: float | None = None  # start of the newest request
    reached: set[tuple[str, int]] = field(default_factory=set)
    down: str = ""  # why it isn't asked any more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
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


def _server(url: str) -> tuple[str, int]:
    """The host and port that an address names."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return (parts.hostname or "").rstrip("."), port
    except ValueError:
        raise SourceError(f"no address: {url}") from None


def _group(url: str) -> str:
    """Whom we ask one thing at a time: a host, or all that are arXiv's."""
    name, _ = _server(url)
    return _ARXIV if name == _ARXIV or name.endswith(f".{_ARXIV}") else name


def _pace(url: str, request: Request) -> float:
    return max(request.pace, ARXIV_PACE) if _group(url) == _ARXIV else request.pace


def timetable(requests: Iterable[Request]) -> tuple[float, ...]:
    """When each of these requests would start, at the earliest, in seconds from now."""
    last, starts = dict[str, float](), list[float]()
    for request in requests:
        group = _group(request.url)
        start = last[group] + _pace(request.url, request) if group in last else 0.0
        last[group] = start
        starts.append(start)
    return tuple(starts)


def seconds_to_wait(last: float | None, now: float, pace: float) -> float:
    """How long to hold back the next request, in seconds.

    Args:
        last: start of the previous request, in seconds of one monotonic clock; None if none.
        now: the present, on that clock.
        pace: seconds from the start of one request to that of the next.

    Raises:
        ValueError: `now` is before `last`, so the two come from different clocks.
    """
    if last is None:
        return 0.0
    if now < last:
        raise ValueError(f"now ({now} s) is before last ({last} s)")
    return max(0.0, last + pace - now)


def retry_after(value: str | None, date: str | None) -> float | None:
    """How long a server asks to be left alone, in seconds; None where it doesn't say.

    Args:
        value: its Retry-After header, seconds or a date.
        date: its Date header, since its clock need not be ours.

    Source: RFC 9110, 10.2.3
    """
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(date or "")
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def redirected(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        SourceError: out of the web, or from https down to http.
    """
    try:
        target = urldefrag(urljoin(url, location)).url
        before, after = urlsplit(url).scheme, urlsplit(target)
    except ValueError:
        raise SourceError(f"{url} redirects to no address") from None
    if after.scheme not in {"http", "https"} or not after.hostname:
        raise SourceError(f"{url} redirects out of the web")
    if (before, after.scheme) == ("https", "http"):
        raise SourceError(f"{url} redirects from https down to http")
    return target


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
