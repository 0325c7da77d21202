"""What a build of 500 papers costs, held to the figures in budget.json: `make budget`.

Instructions are counted by valgrind, since seconds depend on what else a machine is doing. Fails
where a figure is a tenth above the one kept; `--update` keeps those of now.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import corpus

KEPT = corpus.HERE / "budget.json"
PAPERS = 500
MORE = 1.1  # times the figure kept is too much
BUILD = [
    *(sys.executable, "-m", "digest", "build", "--offline", "--full", "--jobs", "1"),
    *("--now", "2026-05-16T06:00:00Z"),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
    broken = [name for name in found.keys() & kept.keys() if found[name] > MORE * kept[name]]
    for name, figure in found.items():
        before = f"{figure / kept[name]:.3f} of the {kept[name]:,} kept" if name in kept else "new"
        print(f"{name:32} {figure:15,} {before}")
    if "--update" in sys.argv:
        KEPT.write_text(json.dumps(kept | found, indent=2, sort_keys=True) + "\n", "utf-8")
    elif broken:
        raise SystemExit(f"over budget: {', '.join(broken)}; see bench/budget.py")


def measure(root: Path) -> dict[str, int]:
    """The figures of now, by name."""
    known = corpus.texts(Path("no-such-file"))  # those that the project carries
    corpus.for_digest(root, corpus.papers(known, PAPERS), site=None)
    shutil.copyfile(corpus.HERE.parent / "site.yaml", root / "site.yaml")
    command = [*BUILD, "--root", str(root)]
    # Nothing of what is counted may hang on what was compiled before, or on the order of sets.
    quiet = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "", "HOME": str(root)}
    environment = os.environ | quiet
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    files = [p for p in (root / "_site").rglob("*") if p.is_file() and p.name[0] != "."]
    front = (root / "_site/index.html").read_bytes()
    found = {
        "files": len(files),
        "bytes of all files": sum(path.stat().st_size for path in files),
        "bytes of the front page, gzip": len(gzip.compress(front)),
    }
    if not shutil.which("valgrind"):
        print("valgrind is not installed: instructions are not counted")
        return found
    counting = [
        "valgrind",
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
    ]
    done = subprocess.run(
        [*counting, *command], env=environment, check=True, capture_output=True, text=True
    )
    (said,) = re.findall(r"I\s+refs:\s+([\d,]+)", done.stderr)
    version = ".".join(platform.python_version_tuple()[:2])
    found[f"instructions, {platform.machine()}, {version}"] = int(said.replace(",", ""))
    return found


if __name__ == "__main__":
    main()
