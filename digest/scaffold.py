"""Start a new site from the starter files."""

import shutil
from pathlib import Path

from digest.errors import DigestError

_PACKAGE = Path(__file__).parent
_SEED = "content/start/seed.atom.xml"


def create(root: Path) -> None:
    """Put the starter site into `root`.

    Raises:
        DigestError: `root` is there and not an empty folder.
    """
    if root.exists() and not root.is_dir():
        raise DigestError(f"{root} is a file; name a new folder")
    if root.exists() and any(root.iterdir()):
        raise DigestError(f"{root} is not empty; name a new folder")
    shutil.copytree(_PACKAGE / "starter", root, dirs_exist_ok=True)
    seed = root / _SEED
    if not seed.exists():  # a source checkout has it once, at its top
        seed.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_PACKAGE.parent / _SEED, seed)
