"""Whom a request goes to, by which way, and how long it waits: the rules of asking. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from digest.errors import SourceError, Unreachable
from digest.model import Request

ARXIV = "arxiv.org"
ARXIV_PACE = 3.0  # seconds; https://info.arxiv.org/help/api/tou.html
DEADLINE = 20 * 60.0  # seconds for all that a run asks


def server_of(url: str) -> tuple[str, int]:
    """The host and port that an address names."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return (parts.hostname or "").rstrip("."), port
    except ValueError:
        raise SourceError(f"no address: {url}") from None


def proxy_of(url: str, proxies: Mapping[str, str]) -> str:
    """The address of the proxy that leads to a server; empty where none does.

    Args:
        proxies: as `urllib.request.getproxies` gives them.

    Raises:
        Unreachable: it is no http(s) address.
    """
    parts = urlsplit(url)
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not found or proxy_bypass_environment(parts.netloc, proxies):
        return ""
    proxy = found if "://" in found else f"http://{found}"
    try:
        name, _ = server_of(proxy)
    except SourceError:
        name = ""
    if not name or not proxy.startswith(("http://", "https://")):
        # Not a word of it: it may hold a password.
        raise Unreachable(f"{parts.hostname} could not be reached: its proxy has no http address")
    return proxy


def group_of(url: str) -> str:
    """Whom we ask one thing at a time: a host, or all that are arXiv's."""
    name, _ = server_of(url)
    return ARXIV if name == ARXIV or name.endswith(f".{ARXIV}") else name


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


def charset_of(content_type: str) -> str:
    """The encoding that a Content-Type header names, in small letters; empty without one."""
    match = re.search(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.I)
    return match[1].lower() if match else ""


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


def pace_of(url: str, request: Request) -> float:
    """Seconds from the start of a request to that of the next, at this address."""
    return max(request.pace, ARXIV_PACE) if group_of(url) == ARXIV else request.pace


def timetable(requests: Iterable[Request]) -> tuple[float, ...]:
    """When each of these requests would start, at the earliest, in seconds from now."""
    last, starts = dict[str, float](), list[float]()
    for request in requests:
        group = group_of(request.url)
        start = last[group] + pace_of(request.url, request) if group in last else 0.0
        last[group] = start
        starts.append(start)
    return tuple(starts)
