"""The house's style where a machine can hold it: opening sentences, sizes, no stray prints, no promises in place of work."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "hotline", "integrations", "tickets")
LONGEST = 400  # lines of a file
#: One table of shapes, read by looking things up and not from top to bottom.
LONG_TABLES = {"hotline/api/shapes.py"}
LONGEST_FUNCTION = 60  # lines with its docstring; about a dozen is usual
MEDIAN_FUNCTION = 12
#: Modules whose trade is writing to a terminal.
SPEAKS = {"config/supervise/words.py", "integrations/platforms/__main__.py"}
PROMISE = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b")


def sources() -> list[str]:
    """The modules of the house, as paths from the root."""
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in files if "migrations" not in path.parts)


SOURCES = sources()
ACTIONS = [path for path in SOURCES if path.startswith("tickets/actions/")]
TREES = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in SOURCES}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: str) -> Iterator[Function]:
    """Every function and method of a module."""
    yield from (node for node in ast.walk(TREES[path]) if isinstance(node, Function))


def test_every_module_opens_with_a_sentence_saying_what_it_is_for() -> None:
    opened = {path: (ast.get_docstring(TREES[path]) or "").split("\n\n", 1)[0].rstrip() for path in SOURCES}
    assert {path: said for path, said in opened.items() if not said.endswith((".", "。", "?"))} == {}


def test_files_are_read_in_one_sitting() -> None:
    sizes = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: size for path, size in sizes.items() if size > LONGEST and path not in LONG_TABLES} == {}
    ordered = sorted(sizes.values())
    assert ordered[len(ordered) // 2] < 150


def test_functions_are_about_a_dozen_lines() -> None:
    sizes = {
        f"{path}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in SOURCES
        for node in functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    ordered = sorted(sizes.values())
    assert ordered[len(ordered) // 2] <= MEDIAN_FUNCTION


def test_every_public_action_says_what_it_does() -> None:
    silent = [
        f"{path}:{node.name}"
        for path in ACTIONS
        for node in TREES[path].body
        if isinstance(node, Function) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_domain_and_actions_do_not_read_the_clock() -> None:
    for path in [*ACTIONS, *(path for path in SOURCES if path.startswith("tickets/domain/"))]:
        assert not {name for name, _ in imported(path)} & {"tickets.clock", "tickets.clock.now"}, path
        assert not re.search(r"datetime\.now\(|timezone\.now\(|date\.today\(", (ROOT / path).read_text("utf-8")), path


def imported(path: str) -> Iterator[tuple[str, int]]:
    """(module or module.name, line) of every import."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_nobody_prints_but_those_who_speak_to_a_terminal() -> None:
    found = [
        path
        for path in SOURCES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert set(found) == SPEAKS


def test_no_promises_stand_in_place_of_work() -> None:
    found = []
    for path in [*SOURCES, *(str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("*.py"))]:
        with (ROOT / path).open("rb") as file:
            found += [
                f"{path}:{token.start[0]}"
                for token in tokenize.tokenize(file.readline)
                if token.type == tokenize.COMMENT and PROMISE.search(token.string)
            ]
    assert found == []


def test_exceptions_are_not_swallowed_in_silence() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert found == []
