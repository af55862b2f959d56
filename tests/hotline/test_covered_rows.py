"""Titles in lists, exports and results of acts on many: covered for each reader as on the ticket's page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched
from tickets.models import Section, Ticket

TITLE = f"{PARTY.name}（{PARTY.phone}）反映围挡破损"


def helped(bureau: Bureau) -> Ticket:
    """A ticket whose title names the caller; the third section helps."""
    return dispatched(bureau, Section.objects.get(code="xieban"), title=TITLE)


def test_the_result_of_an_act_on_many_shows_no_caller(bureau: Bureau) -> None:
    ticket = helped(bureau)
    for who in ("helper", "handler"):
        shown = Desk(bureau.people[who]).client.post(
            "/desk/bulk/", {"ticket": [ticket.number], "do": "sign"}, follow=True
        )
        body = shown.content.decode()
        assert "反映围挡破损" in body, who
        assert PARTY.phone not in body, who
        assert (PARTY.name in body) == (who == "handler"), who


@pytest.mark.parametrize(
    ("who", "is_named"),
    [("helper", False), ("auditor", False), ("secrecy", False), ("handler", True), ("leader", True)],
)
def test_lists_cover_the_name_where_the_page_does(bureau: Bureau, who: str, is_named: bool) -> None:
    ticket = helped(bureau)
    desk = Desk(bureau.people[who])
    (row,) = desk.get("/api/tickets").json()["rows"]
    assert (PARTY.name in row["title"]) == is_named
    assert row["title"] == desk.get(f"/api/tickets/{ticket.number}").json()["title"]


@pytest.mark.parametrize(("who", "chosen"), [("helper", "co_handled"), ("auditor", "all")])
def test_exports_cover_it_in_one_statement_for_all(bureau: Bureau, who: str, chosen: str) -> None:
    def taken() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as seen:
            answer: Any = Desk(bureau.people[who]).client.post(f"/desk/export/?list={chosen}")
            file = BytesIO(b"".join(answer.streaming_content))
        return str(CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()), len(seen)

    helped(bureau)
    taken()
    body, few = taken()
    assert "反映围挡破损" in body
    assert PARTY.name not in body
    for _ in range(4):
        helped(bureau)
    body, many = taken()
    assert body.count("反映围挡破损") == 5
    assert PARTY.name not in body
    assert many == few
