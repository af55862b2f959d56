"""Every word of a closed vocabulary has a Chinese and an English label, says one thing, and stands in docs/glossary.md as in the code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import hotline
import integrations
import tickets
from hotline.acting.acts import ACTS
from tickets.domain.states import TABLE, Action
from tickets.domain.words import Labelled

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: The name of the vocabulary as the glossary writes it, and its table.
SECTION = re.compile(r"^`([\w.]+)`\n\n\| code \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n?)+)", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def vocabularies() -> dict[str, type[Labelled]]:
    """Every subclass of Labelled of the house, by module and name."""
    for package in (tickets, integrations, hotline):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    found, left = {}, [Labelled]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind.__module__.startswith(("tickets", "integrations", "hotline")) and kind is not Labelled:
            found[f"{kind.__module__}.{kind.__name__}"] = kind
    return found


KINDS = vocabularies()
WRITTEN = {name: ROW.findall(table) for name, table in SECTION.findall(GLOSSARY)}


def test_the_glossary_holds_every_vocabulary_and_no_other() -> None:
    assert set(WRITTEN) == set(KINDS)
    assert len(KINDS) > 20


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_word_stands_in_the_glossary_as_in_the_code(name: str) -> None:
    assert WRITTEN[name] == [(word.value, word.zh, word.en) for word in KINDS[name]]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_word_has_both_labels_and_says_one_thing(name: str) -> None:
    words = list(KINDS[name])
    assert words
    for word in words:
        assert CHINESE.search(word.zh), word
        assert word.en, word
        assert not CHINESE.search(word.en), word
    assert len({word.en for word in words}) == len(words)
    assert len({word.zh for word in words}) == len(words)


def test_every_act_of_the_table_has_one_row_and_acts_of_people_an_endpoint() -> None:
    assert [edge.action for edge in TABLE] == list(dict.fromkeys(edge.action for edge in TABLE))
    assert {edge.action for edge in TABLE} == set(Action)
    assert set(ACTS) <= set(Action)


def test_every_term_of_the_field_is_in_both_languages() -> None:
    part = GLOSSARY.split("## Terms of the field", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 40
    for chinese, english, _code, meaning in rows:
        assert CHINESE.search(chinese), chinese
        assert re.search(r"[a-z]", english), chinese
        assert meaning.strip(), chinese
