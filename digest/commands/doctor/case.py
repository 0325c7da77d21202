"""What the doctor looks at, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from digest.archive.ledger import Health
from digest.commands.checkout import Checkout
from digest.model import Site


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that the doctor looks at."""

    site: Site
    checkout: Checkout
    health: Sequence[Health]  # of each source
    now: datetime
    cname: str = ""  # what static/CNAME says
    has_tag: bool = True  # whether guids have an authority that will stay
    requirement: str = ""  # the version that requirements.txt asks for
    version: str = ""  # of digest, here
    has_dependencies: bool = False  # whether dependencies.txt is there
    workflow: str = ""  # what `digest init` would write today, with its actions


class Complaint(NamedTuple):
    """Something that is, or will be, wrong, and how to mend it."""

    about: str  # one word
    finding: str
    remedy: str
