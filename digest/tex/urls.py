"""What in a text is an address that we link to: http and https alone. Pure and total."""

import re
from urllib.parse import urlsplit

# Hosts that papers name without a scheme. Any other bare domain may be a sentence without a space.
_BARE = (
    r"(?:www\.(?=[a-z0-9-]+\.[a-z])|(?:github|huggingface|gitlab|doi|arxiv|codeberg|bitbucket)"
    r"\.(?:com|co|org)/(?=[\w-]))"
)
# Where an address may start, for a search that skips to literals.
START = "http|www|" + "|".join(
    f"{letter}{rest}"
    for name in ("github", "huggingface", "gitlab", "doi", "arxiv", "codeberg", "bitbucket")
    for letter in (name[0], name[0].upper())
    for rest in (name[1:3],)
)
_HINT = re.compile(r"://|\.(?:com|co|org)/")
_LETTER = r"[^\s<>\"{}|\\^`\u2018-\u201f]"
_OPENING = rf"(?:https?://|(?<![\w@/.-])(?i:{_BARE}))"
# Nothing longer is meant to be followed.
IN_PLAIN = f"{_OPENING}{_LETTER}{{1,2000}}"
# TeX's escapes, which `shown` undoes, belong to it; a dollar may end a formula.
_ESCAPE = r"\\~\{\}|\\[_%&#~]|\\textasciitilde(?:\{\})?|\{\\_\}|\$\\sim\$"
IN_TEX = rf"{_OPENING}(?:(?!\$){_LETTER}|{_ESCAPE}){{1,2000}}"
_TILDE = re.compile(r"\\~(?:\{\})?|\\textasciitilde(?:\{\})?|\$\\sim\$")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|localhost", re.ASCII)
_UNFIT = re.compile(r"[\x00-\x20\"<>\[\\\]^`{|}\x7f-\xa0\U0001fffe-\U0010ffff]|%(?![0-9A-Fa-f]{2})")


def are_likely(text: str) -> bool:
    """Cheap: a text of which this is false has no address."""
    return "www." in text or ("/" in text and bool(_HINT.search(text)))


def cut(found: str) -> str:
    """An address without the punctuation of the sentence around it, its own brackets kept."""
    end, owed = len(found), found.count(")") - found.count("(")
    while end and found[end - 1] in ".,;:!?'\")]*":
        if found[end - 1] == ")":
            if owed <= 0:
                break
            owed -= 1
        end -= 1
    return found[:end]


def shown(written: str) -> str:
    """The address as a reader sees it: without TeX's escapes."""
    return re.sub(r"\{?\\([_%&#{}])\}?", r"\1", _TILDE.sub("~", written.strip()))


def cleaned(written: str) -> str:
    r"""The address that TeX writes as `https://x.org/a\_b`, fit for `href`; empty if it is none."""
    written = shown(written)
    if re.match(_BARE, written, re.IGNORECASE):
        written = "https://" + written
    try:
        parts = urlsplit(written)
        parts.port  # noqa: B018 (raises where it is no number)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc.split(":")[0]):
        return ""
    return _UNFIT.sub(_quoted, written)


def _quoted(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "ignore"))


def is_repository(address: str) -> bool:
    """Whether it names somebody's code: a repository of a forge, or one of its files."""
    parts = urlsplit(address)
    path = [name for name in parts.path.split("/") if name]
    return (parts.hostname or "").removeprefix("www.") in _FORGES and len(path) >= 2


def is_model(address: str) -> bool:
    """Whether it names a model, data set or space of Hugging Face, which may hold code too."""
    parts = urlsplit(address)
    path = [name for name in parts.path.split("/") if name]
    owned = path[1:] if path[:1] in (["datasets"], ["spaces"]) else path
    host = (parts.hostname or "").removeprefix("www.")
    return host == "huggingface.co" and len(owned) >= 2 and path[0] not in _NO_OWNERS


_FORGES = frozenset(
    ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "gist.github.com")
)
_NO_OWNERS = frozenset(("papers", "docs", "blog", "collections", "learn", "organizations"))
