"""dependencies.txt, which sites install before digest itself, is what this version needs."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
FILE = (PROJECT / "dependencies.txt").read_text("utf-8")
# A package at a version, on some systems alone, and the hashes of its files.
PIN = re.compile(r"([a-z0-9-]+)==(\S+?)( ; [^\\\n]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def pinned() -> dict[str, str]:
    return {name: version for name, version, _, _ in PIN.findall(FILE)}


def declared() -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


def needed() -> set[str]:
    """All that this machine needs, directly or through others."""
    found, todo = set[str](), declared()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name not in found and (not requirement.marker or requirement.marker.evaluate()):
            found.add(name)
            extras = requirement.extras or {""}
            todo += [
                more
                for more in map(Requirement, requires(name) or ())
                if not more.marker or any(more.marker.evaluate({"extra": e}) for e in extras)
            ]
    return found


def test_it_says_names_versions_and_hashes_and_nothing_else() -> None:
    words = re.sub(r"(?m)^#.*\n", "", FILE)
    assert PIN.sub("", words) == ""
    assert not re.search(r"://|--(?!hash=)|\.(org|com|net|io)\b", words)


def test_it_holds_all_that_digest_needs_and_all_that_that_needs() -> None:
    missing = needed() - pinned().keys()
    assert not missing


def test_each_version_is_one_that_pyproject_asks_for_and_that_tests_ran_with() -> None:
    lines = (PROJECT / "constraints.txt").read_text("utf-8").splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith("#"))
    tested: dict[str, str] = {canonicalize_name(name): version for name, version in pins}
    assert {name: tested.get(name) for name in pinned()} == pinned()
    for requirement in declared():
        assert requirement.specifier.contains(pinned()[canonicalize_name(requirement.name)])


def test_compiled_packages_have_files_for_linux_and_mac_of_both_kinds() -> None:
    hashes = {name: found.count("--hash=") for name, _, _, found in PIN.findall(FILE)}
    # Four Pythons, Linux and macOS, Intel and ARM; those with a stable interface need one for all.
    for name in ("msgspec", "uharfbuzz", "markupsafe", "pyyaml", "selectolax"):
        assert hashes[name] >= 16
    for name in ("nh3", "tantivy", "resvg-py", "google-re2", "math-core"):
        assert hashes[name] >= 4


def test_the_table_says_of_each_package_what_it_is_for_and_what_it_takes() -> None:
    text = (PROJECT / "docs/dependencies.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| (.+) \| ([\d.]+) MB(?:, with (.+))? \|$", text)
    names = [canonicalize_name(name) for name, _, _, _ in rows]
    assert names == sorted(canonicalize_name(requirement.name) for requirement in declared())
    others = {name for row in rows for name in re.findall(r"`([\w-]+)`", row[3])}
    assert others == needed() - set(names)


def test_an_environment_that_takes_too_much_is_refused() -> None:
    def weigh(*most: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(PROJECT / ".ci/weigh"), *most]
        return subprocess.run(command, capture_output=True, text=True)

    done = weigh("10000", "10000")
    assert done.returncode == 0
    assert re.search(r"^ +\d+\.\d MB  babel$", done.stdout, re.M)
    for most in (("1", "10000"), ("10000", "1")):
        done = weigh(*most)
        assert done.returncode == 1
        assert "too much is installed" in done.stderr
