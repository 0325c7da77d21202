"""Tell a WebSub hub which feeds changed, so that their readers hear of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec

from digest.errors import DigestError, SourceError
from digest.model import FEED_FORMATS, Answer, Request
from digest.output.store import Store

PACE = 0.2  # seconds from one notice to the next

_state = msgspec.json.Decoder(dict[str, str])


def notify(folder: Path, url: str, hub: str, ask: Callable[[Request], Answer]) -> tuple[str, ...]:
    """Name every feed to the hub that changed since the hub last took a notice of it.

    Args:
        folder: the built site, already published.
        url: its address, with a slash at the end.
        ask: posts the notice.

    Returns:
        The addresses of those feeds.

    Raises:
        DigestError: there is no feed in the folder, or the hub didn't take a notice: what it took
            is noted, and the next run goes on from there.

    Source: WebSub leaves the notice to hub and publisher; this is PubSubHubbub 0.3, section 7.1,
        which hubs take to this day, https://www.w3.org/TR/websub/#publishing
    """
    fingerprints = {url + path: fingerprint for path, fingerprint in _fingerprints(folder)}
    if not fingerprints:
        raise DigestError(f"{folder} holds no feed; build the site first")
    state = Store(folder).notified
    # Where what the hub took before is lost, it hears of all feeds again.
    known = state.read(_state.decode) or {}
    changed = tuple(feed for feed, now in fingerprints.items() if known.get(feed) != now)
    taken = {feed: fingerprint for feed, fingerprint in known.items() if feed in fingerprints}
    try:
        for feed in changed:
            _send(hub, feed, ask)
            taken[feed] = fingerprints[feed]
    finally:
        state.write(msgspec.json.encode(taken, order="sorted"))
    return changed


def _fingerprints(folder: Path) -> Iterator[tuple[str, str]]:
    names = {format.file for format in FEED_FORMATS}
    for path in sorted(folder.rglob("*")):
        if path.name in names:
            fingerprint = blake2b(path.read_bytes(), digest_size=16).hexdigest()
            yield path.relative_to(folder).as_posix(), fingerprint


def _send(hub: str, feed: str, ask: Callable[[Request], Answer]) -> None:
    form = {"hub.mode": "publish", "hub.url": feed}
    answer = ask(Request(url=hub, form=form, pace=PACE))
    if not 200 <= answer.status < 300:
        words = " ".join(answer.body[:200].decode("utf-8", "replace").split())
        raise SourceError(f"{hub} did not take the notice: HTTP {answer.status} {words}".rstrip())
