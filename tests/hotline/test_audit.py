"""The auditor's desk: only his, the journal narrowed and without personal data, its proof and its export recorded."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from hotline.telling import proof
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched
from tests.tickets.queries.journalled import tamper
from tickets import clock
from tickets.actions import ledger, seals
from tickets.actions.readings import write
from tickets.models import Event, ReadingKind
from tickets.queries import newest_seals

pytestmark = [pytest.mark.django_db]


def some(bureau: Bureau, count: int = 1) -> None:
    for _ in range(count):
        ledger.record(
            chain_name="export", action="export", actor=bureau.actor("leader"), now=clock.now(),
            refs={"what": "queue:all", "rows": 7, "filter": {"词": PARTY.phone}, "sha256": "ab" * 32},
        )  # fmt: skip


def body_of(bureau: Bureau, address: str = "/audit/", language: str = "zh-hans") -> str:
    answer = Desk(bureau.people["auditor"], language).client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def table_of(body: str) -> str:
    return body.partition("<tbody>")[2].partition("</tbody>")[0]


def test_only_the_auditor_opens_it(bureau: Bureau) -> None:
    for name, user in bureau.people.items():
        for answer in (Desk(user).client.get("/audit/"), Desk(user).client.post("/audit/verify/")):
            assert (answer.status_code == 200) is (name == "auditor"), name


def test_it_is_narrowed_by_kind_person_and_day_and_says_nothing_personal(bureau: Bureau) -> None:
    dispatched(bureau)
    some(bureau)
    leader = bureau.people["leader"]
    for address in ("/audit/?chain=export", f"/audit/?person={leader.pk}"):
        rows = table_of(body_of(bureau, address))
        assert rows.count("<tr") == 1
        assert "导出清单" in rows
        assert "行数 7" in rows
        assert str(leader) in rows
    assert "List exported" in body_of(bureau, "/audit/?chain=export", "en")
    assert "没有这样的记录" in body_of(bureau, "/audit/?day=2001-01-01")
    whole = body_of(bureau)
    assert PARTY.phone not in whole
    assert PARTY.name not in whole
    assert "ab" * 32 not in whole
    assert body_of(bureau, "/audit/?day=soon&person=x&before=no&chain=none")
    for day in ("0001-01-01", "9999-12-31"):
        assert table_of(body_of(bureau, f"/audit/?day={day}")).count("<tr") > 1, "it narrows nothing"


def test_older_records_stand_on_the_next_page(bureau: Bureau) -> None:
    some(bureau, 60)
    body = body_of(bureau, "/audit/?chain=export")
    assert table_of(body).count("<tr") == 50
    last = Event.objects.order_by("-id")[49].pk
    assert f"?chain=export&amp;before={last}" in body
    assert table_of(body_of(bureau, f"/audit/?chain=export&before={last}")).count("<tr") == 10


def test_who_read_most_is_counted(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    for _ in range(3):
        write(ticket=ticket, actor=bureau.actor("handler"), now=clock.now(), kind=ReadingKind.PERSON, reason="核实")
    told = body_of(bureau).partition("30 天")[2]
    assert str(bureau.people["handler"]) in told
    assert ">3<" in told


def test_a_whole_journal_holds_and_a_changed_row_is_named(bureau: Bureau) -> None:
    some(bureau, 3)
    desk = Desk(bureau.people["auditor"])
    assert "核验通过" in desk.client.post("/audit/verify/").content.decode()
    assert Event.objects.get(chain="audit").action == "verify"
    bad = Event.objects.filter(chain="export")[1]
    tamper([("UPDATE tickets_event SET payload = payload || ' ' WHERE id = %s", bad.pk)])
    body = desk.client.post("/audit/verify/").content.decode()
    assert f"记录 {bad.pk}（日志链 export，第 2 条）：内容与摘要不符" in body
    assert f"event {bad.pk}" in desk.client.post("/audit/verify/", headers={"Accept-Language": "en"}).content.decode()


def test_of_a_long_journal_the_newest_seals_are_verified(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        some(bureau, 4)
        assert seals.seal(now=clock.now()) is not None
    assert newest_seals.verify(4).seals == 1
    monkeypatch.setattr(proof, "WHOLE", 3)
    assert "更早的记录未核验" in Desk(bureau.people["auditor"]).client.post("/audit/verify/").content.decode()
    bad = Event.objects.filter(chain="export").order_by("-id")[0]
    tamper([("UPDATE tickets_event SET actor = 'user:0' WHERE id = %s", bad.pk)])
    assert f"event {bad.pk}" in newest_seals.verify(4).bad


def test_the_export_holds_the_list_and_is_recorded(bureau: Bureau) -> None:
    some(bureau, 2)
    answer = Desk(bureau.people["auditor"]).client.post("/audit/export/?chain=export")
    sheet = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )  # type: ignore[attr-defined]
    assert [row[3] for row in sheet[-2:]] == ["导出清单"] * 2
    refs = json.loads(Event.objects.filter(chain="export").order_by("-id")[0].payload)["refs"]
    assert (refs["what"], refs["rows"], refs["filter"]) == ("audit", 2, {"chain": "export"})


def test_it_costs_the_same_with_many_records(bureau: Bureau) -> None:
    def cost() -> int:
        body_of(bureau)
        with CaptureQueriesContext(connection) as seen:
            body_of(bureau)
        return len(seen)

    some(bureau, 3)
    few = cost()
    some(bureau, 30)
    assert cost() == few
