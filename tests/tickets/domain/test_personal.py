"""Numbers of persons in long texts: each found once, in time that grows as the text does."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from hotline.wording import mask_text
from tickets.domain.personal import Personal, find

PLATES, DIGITS = "皖L12345，", "19900001234，"


def test_what_one_number_has_covered_is_no_other() -> None:
    found = [
        (hit.kind, hit.text)
        for hit in find("卡6222021234567890123，证34130219880505432X，电话19900001234、05573020001。")
    ]
    assert sorted(kind for kind, _ in found) == sorted(
        [Personal.BANK_CARD, Personal.ID_CARD, Personal.MOBILE, Personal.LANDLINE]
    )
    assert len(list(find(PLATES * 500))) == 500


def spent(work: Callable[[], object]) -> float:
    """The least processor time of a few runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("piece", [PLATES, DIGITS])
def test_sixteen_times_the_text_is_no_more_than_some_sixteen_times_the_work(piece: str) -> None:
    """Work that grew with the square would be more than two hundred times as much."""
    few, many = piece * 500, piece * 8_000
    assert spent(lambda: mask_text(many)) < 80 * spent(lambda: mask_text(few))
