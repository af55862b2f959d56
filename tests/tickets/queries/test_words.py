"""Search by words: what Zammad and trigrams do not find, found exactly, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.tickets.making import make_ticket
from tickets.models import Ticket
from tickets.queries.words import holding

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
TEXT = "样例路与示范街交口工地夜间施工，ABC 项目部。"


def found(text: str) -> set[str]:
    return set(Ticket.objects.filter(holding(text)).values_list("title", flat=True))


def test_zammad1696() -> None:
    """A two-character Chinese search found nothing: ours finds it wherever it stands, and nothing else."""
    make_ticket(title="夜间噪声", content=TEXT, place="示范桥北")
    make_ticket(title="路灯不亮", content="样例东路路灯不亮。", place="样例东路")
    assert found("噪声") == {"夜间噪声"}
    assert found("施工") == {"夜间噪声"}
    assert found("桥北") == {"夜间噪声"}
    assert found("样例") == {"夜间噪声", "路灯不亮"}
    assert found("样例路与示范") == {"夜间噪声"}
    assert found("例路样") == set()
    assert found("abc") == {"夜间噪声"}
    assert found("灯") == set()


def test_what_is_corrected_is_found_by_its_new_words_only() -> None:
    ticket = make_ticket(title="夜间噪声", place="月牙巷 18 号")
    Ticket.objects.filter(pk=ticket.pk).update(place="示范桥北")
    assert found("桥北") == {"夜间噪声"}
    assert found("月牙巷") == set()


@pytest.mark.parametrize("text", ["'a", "\\'", "a'b\\", "& |", "!(", "\t\n", "'", ":*", "施'工"])
def test_strange_signs_are_looked_for_and_break_nothing(text: str) -> None:
    make_ticket(title="x", content=f"前{text.strip()}后")
    if len(text.strip()) >= 2:
        assert found(text) == {"x"}


class AnyPiece(TestCase):
    """Any piece of two characters and more is found, and only where it stands."""

    @given(st.text(st.sampled_from("样例路灯施工夜间ab'\\ "), min_size=2, max_size=12), st.data())
    def test_as_python_finds_it(self, text: str, data: st.DataObject) -> None:
        Ticket.objects.filter(title="样").exists()
        ticket = make_ticket(title="样", content=text)
        start = data.draw(st.integers(0, len(text) - 2))
        piece = text[start : start + data.draw(st.integers(2, 5))]
        if len(piece.strip()) >= 2:
            assert Ticket.objects.filter(holding(piece), pk=ticket.pk).exists() == (
                piece.strip().lower() in text.lower()
            )
