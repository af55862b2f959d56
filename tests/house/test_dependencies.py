"""Every dependency has a reason in docs/dependencies.md and a hash in the locks; everything imported is declared."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME: list[str] = PROJECT["project"]["dependencies"]
DEVELOPMENT: list[str] = PROJECT["dependency-groups"]["dev"]


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def section(title: str) -> set[str]:
    """The names in back quotes in the first column of a table of docs/dependencies.md."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    part = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    assert section("To run") == {name_of(requirement) for requirement in RUNTIME}
    assert section("To test and check") == {name_of(requirement) for requirement in DEVELOPMENT}


def test_every_dependency_is_bounded_on_both_sides() -> None:
    loose = [requirement for requirement in RUNTIME if ">=" not in requirement or "<" not in requirement]
    assert loose == []


def test_the_locks_hold_every_dependency_with_hashes_and_no_address() -> None:
    for file, wanted in (("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + DEVELOPMENT)):
        text = (ROOT / file).read_text(encoding="utf-8")
        locked = {normal(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}
        assert {normal(name_of(requirement)) for requirement in wanted} <= locked, file
        assert text.count("--hash=sha256:") >= len(locked)
        assert "://" not in text


def test_the_development_lock_holds_the_other_one_whole() -> None:
    pins = [
        dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))
        for file in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0].items() <= pins[1].items()
