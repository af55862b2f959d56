"""A page mark that somebody made himself opens the first page or is refused: none of them breaks a list."""

from __future__ import annotations

import base64

import pytest

from tests.hotline.bureau import Bureau, Desk
from tickets.queries import pages


def mark(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


FORGED = (
    mark("[" * 3000),
    mark("[" * 140),
    mark('["0001-01-01T00:00:00+14:00",1]'),
    mark('["9999-12-31T23:00:00-12:00",1]'),
    mark('["1949-12-31T00:00:00+00:00",1]'),
    mark('["2026-03-01T00:00:00",1]'),
    mark("[5,1]"),
)


@pytest.mark.parametrize("after", FORGED, ids=range(len(FORGED)))
def test_no_list_breaks_on_a_forged_mark(bureau: Bureau, after: str) -> None:
    office, leader = Desk(bureau.people["dispatcher"]), Desk(bureau.people["leader"])
    answers = [
        office.get("/desk/", list="to_dispatch", after=after),
        office.get("/search/", q="围挡", after=after),
        office.get("/tray/", after=after),
        leader.get("/board/approve/", list="replies", after=after),
        leader.get("/board/forecast/tickets/", after=after),
        office.get("/platforms/letters/", after=after),
        office.get("/api/tickets", after=after),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert answers[-1].status_code == 400


def test_a_mark_of_ours_is_opened() -> None:
    moment, pk = pages._opened_due(mark('["2026-03-01T00:00:00+08:00",7]'))
    assert (str(moment), pk) == ("2026-03-01 00:00:00+08:00", 7)
    assert pages._opened_due(mark("[null,7]")) == (None, 7)


@pytest.mark.parametrize("after", FORGED, ids=range(len(FORGED)))
def test_a_forged_mark_is_none_of_ours(after: str) -> None:
    with pytest.raises(pages.BadCursor):
        pages._opened_due(after)
