"""Start a new site: a repository that publishes itself."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import yaml

from digest import __version__
from digest.commands import opml
from digest.commands.opml import Subscription, Subscriptions
from digest.config import load_site
from digest.errors import ConfigError, DigestError
from digest.files.located import closest
from digest.text import categories as categories_of_arxiv
from digest.text import reading

_PACKAGE = Path(__file__).parents[1]
# One copy of each: in a source checkout these lie at its top, in a wheel among the starter files.
_WORKFLOW = (
    ".github/workflows/publish.yml",
    ".github/workflows/learn.yml",
    *(
        f".github/actions/{name}/action.yml"
        for name in ("install", "fetch", "commit", "learn", "build", "deploy", "notify", "report")
    ),
)
_SHARED = (".github/dependabot.yml", *_WORKFLOW, "dependencies.txt")
_SCHEMA = "site.schema.json"  # for editors
_SEED = "content/start/seed.atom.xml"
_SEED_CATEGORY = "cs.DC"
_QUERY_CATEGORY = "cs.LG"  # of the starter's query
_STARTER_THEMES = ("federated-learning", "llm-serving", "distributed-algorithms")
NOTHING = Subscriptions()


class SubscriptionGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A theme made of sources."""

    id: str
    title: str
    sources: tuple[str, ...]


def create(
    root: Path, categories: Sequence[str] = (), subscriptions: Subscriptions = NOTHING
) -> None:
    """Put a new site into `root`: site.yaml, a few papers, the workflow that publishes it.

    Without categories and subscriptions it is one about distributed computing, to be changed.

    Raises:
        DigestError: `root` is there and not an empty folder, or a category is none. Nothing is
            written then.
    """
    if root.exists() and not root.is_dir():
        raise DigestError(f"{root} is a file; name a new folder")
    if root.exists() and any(root.iterdir()):
        raise DigestError(f"{root} is not empty; name a new folder")
    asked = tuple(map(_category, categories))
    if not asked and subscriptions == NOTHING:
        asked = (_SEED_CATEGORY,)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "site"
        _fill(fresh, asked, subscriptions)
        try:
            load_site(fresh / "site.yaml")
        except ConfigError as error:
            raise DigestError(error.message) from None
        shutil.copytree(fresh, root, dirs_exist_ok=True)


def _category(name: str) -> str:
    """A category of arXiv's in its own letters."""
    if not (spelled := categories_of_arxiv.spelled(name)):
        known = categories_of_arxiv.CATEGORIES
        hint = closest(name, known) or "; see https://arxiv.org/category_taxonomy"
        raise DigestError(f"{name!r} is no arXiv category{hint}")
    return spelled


def workflow() -> str:
    """What publishes a new site: the workflow, and the actions that it uses."""
    return "\n".join(_shared(name).read_text("utf-8") for name in _WORKFLOW)


def _fill(root: Path, asked: Sequence[str], subscriptions: Subscriptions) -> None:
    """
    Args:
        asked: categories, beside those of the subscriptions.
    """
    starter = _SEED_CATEGORY in asked
    followed = _each_once((*asked, *subscriptions.categories))
    listing = f"arXiv {', '.join(followed)}"
    has_query = starter and not categories_of_arxiv.is_within(_QUERY_CATEGORY, followed)
    themes = [name for name in followed if not starter or name != _SEED_CATEGORY]
    taken = {name.lower().replace(".", "-"): 1 for name in themes}
    taken |= dict.fromkeys(_STARTER_THEMES, 1) if starter else {}
    names = dict.fromkeys((listing, "Start", "Federated learning in cs.LG"), 1)
    feeds = [
        msgspec.structs.replace(feed, name=opml.unused(feed.name, names, " "))
        for feed in subscriptions.feeds
    ]
    values = {
        "title": "My digest",
        "version": __version__,
        "listing": listing,
        "categories": followed,
        "themes": themes,
        "feeds": feeds,
        "groups": tuple(_groups(feeds, taken)),
        "starter": starter,
        "has_query": has_query,
    }
    for path in sorted((_PACKAGE / "starter").iterdir()):
        if path.is_file():
            text = reading.read_text(path)
            _write(root / path.name, _rendered(text, values).encode())
    _write(root / _SCHEMA, (_PACKAGE / _SCHEMA).read_bytes())
    for name in (*_SHARED, *([_SEED] if starter else [])):
        _write(root / name, _shared(name).read_bytes())


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """The categories, without second names of the same."""
    found = dict[str, str]()
    for name in names:
        found.setdefault(categories_of_arxiv.same(name), name)
    return tuple(found.values())


def _shared(name: str) -> Path:
    packaged = _PACKAGE / "starter" / name
    return packaged if packaged.is_file() else _PACKAGE.parent / name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _rendered(text: str, values: dict[str, object]) -> str:
    import jinja2

    env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    env.undefined = jinja2.StrictUndefined
    env.filters["yaml"] = _quoted
    return env.from_string(text).render(values)


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes, on one line."""
    dumped: str = yaml.safe_dump(text, default_style='"', width=2**30, allow_unicode=True)
    return dumped.strip()


def _groups(feeds: Sequence[Subscription], taken: dict[str, int]) -> Iterator[SubscriptionGroup]:
    """A theme for each outline that holds feeds, or one for all that are in none.

    Args:
        taken: ids of other themes.
    """
    members = opml.in_groups(feeds)
    if feeds and not members:
        members = {"Feeds": [feed.name for feed in feeds]}
    for title, names in members.items():
        name = opml.unused(_slug(title), taken, "-")
        yield SubscriptionGroup(id=name, title=title, sources=tuple(names))


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "feeds"
