"""What site.yaml and the ledger say: the address, the sources, the time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from digest.commands.doctor.case import Case, Complaint

_CLOCK = timedelta(minutes=10)
_SICK = 3  # days that a source may fail before we speak
_FIXED = re.compile(r"Etc/GMT[+-]\d+|EST|MST|HST", re.I)  # zones without summer time


def address(case: Case) -> Iterator[Complaint]:
    url = urlsplit(case.site.url)
    host, path = url.hostname or "", url.path
    expected = _expected_url(case)
    if expected and case.site.url != expected:
        yield Complaint(
            "url",
            f"`url` in site.yaml is {case.site.url}, but Pages will serve {expected}",
            f"set `url: {expected}` in site.yaml",
        )
    elif host in {"example.org", "localhost"}:
        yield Complaint(
            "url",
            f"`url` in site.yaml is {case.site.url}, which is nobody's",
            "set it to the address where the site will be served, with its path",
        )
    elif url.scheme == "http":
        yield Complaint(
            "url", "`url` in site.yaml is http, without the s", "write https:// if the host has it"
        )
    if host.endswith(".github.io") and path == "/" and not case.checkout.remote:
        yield Complaint(
            "url",
            "`url` has no path; Pages serves a repository under its name",
            f"set `url: https://{host}/REPOSITORY/` unless the repository is called {host}",
        )
    if not case.has_tag:
        yield Complaint(
            "tag",
            "feeds have no authority of their own yet: moving the site would show every item anew",
            f'add `tag: "{host},{case.now:%Y}"` to site.yaml, and never change it',
        )


def _expected_url(case: Case) -> str:
    """Where GitHub Pages serves the repository; empty where that can't be known."""
    if case.cname:
        return f"https://{case.cname}/"
    if not case.checkout.repository:
        return ""
    owner, name = (part.lower() for part in case.checkout.repository)
    own = f"{owner}.github.io"
    written = case.checkout.repository[1]
    return f"https://{own}/" if name == own else f"https://{own}/{written}/"


def sources(case: Case) -> Iterator[Complaint]:
    for health in case.health:
        if health.failed_days >= _SICK:
            yield Complaint(
                "source",
                f"{health.source!r} fails for {health.failed_days} days now: {health.problem}",
                "open its address in a browser; mend or remove the source in site.yaml",
            )


def time(case: Case) -> Iterator[Complaint]:
    times = (case.checkout.newest, *(health.fetched for health in case.health))
    newest = max(filter(None, times), default=None)
    if newest and newest - case.now > _CLOCK:
        yield Complaint(
            "clock",
            f"this machine's clock says {case.now:%Y-%m-%d %H:%M} UTC, and there is news of later",
            "set the clock; a wrong one puts papers on wrong days",
        )
    if _FIXED.fullmatch(case.site.timezone):
        yield Complaint(
            "timezone",
            f"the time zone {case.site.timezone!r} knows no summer time",
            "name a place in site.yaml, such as America/New_York or Europe/Berlin",
        )
