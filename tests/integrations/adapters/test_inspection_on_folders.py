"""The inspection adapter and the offices' stand-in, written apart from the same contract, on real folders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.inspection import InspectionAdapter
from integrations.platforms.base import Record
from integrations.platforms.inspection import Inspection
from integrations.platforms.packages import photo
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import reply_digest
from tests.integrations.adapters.standing import NOW, Standing, standing
from tickets.domain.messages import Happening, Incoming, Outgoing, OutgoingFile, Receipt, Telling

BASE, NUMBER = "CWB-2026-031", "宿创办〔2026〕31号"
TEXT = "已于3月5日更换破损围挡12米,并安排专人巡查。\n今后每日检查。"
LAYOUTS = range(5)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Standing]:
    with standing("inspection", tmp_path / "world") as there:
        yield there


@pytest.fixture
def adapter(office: Standing) -> InspectionAdapter:
    return InspectionAdapter({"folder": str(place(office))}, office.now)


@pytest.fixture
def picture(tmp_path: Path) -> OutgoingFile:
    raw = photo("after")
    (tmp_path / "after.png").write_bytes(raw)
    return OutgoingFile(1, "after.png", len(raw), "", str(tmp_path / "after.png"), "photo")


def place(office: Standing) -> Path:
    assert isinstance(office.platform, Inspection)
    return office.platform.inbox.parent


def dispatch(office: Standing, count: int = 3, deadline: str = "date", **package: Any) -> None:
    facts = {
        "base": BASE,
        "number": NUMBER,
        "office": "市创卫办",
        "title": "督查通知",
        "size": count,
        "days": 4,
    } | package
    for n in range(1, count + 1):
        problem = {"photos": [f"{n}-1.png"], "deadline": deadline}
        record = Record(
            "inspection", f"{facts['number']}#{n}", title=f"问题{n}", content=f"围挡破损约{n}米,未及时修复", place="样例路东段",
            extra={"package": facts, "problem": problem},
        )  # fmt: skip
        with office.platform.lock:
            office.platform.dispatch(record, office.now())


def tick(office: Standing) -> None:
    """Once is by its clock's own thread too; here at once."""
    with office.platform.lock:
        office.platform.tick(office.now())


def look(adapter: InspectionAdapter, cursor: str = "") -> tuple[list[Incoming], list[Unmappable], str]:
    says, parked = [], []
    while True:
        page = adapter.fetch(cursor)
        cursor = page.cursor
        for item in page.items:
            try:
                says += adapter.read(item)
            except Unmappable as trouble:
                parked.append(trouble)
        if not page.more:
            return says, parked, cursor


def tell(
    adapter: InspectionAdapter, seq: int = 1, round: int = 1, kind: Telling = Telling.REPLY, **more: Any
) -> Receipt:
    facts = {"text": TEXT, "outcome": "solved", "replied_at": "2026-03-02T16:00:00+08:00", "handler": "测试辛"} | {
        key: value for key, value in more.items() if key not in ("files", "key")
    }
    key = more.get("key", f"ob-{kind}-{seq}-{round}")
    return adapter.deliver(
        Outgoing(key, "inspection", f"{NUMBER}#{seq}", round, 0, kind, facts, tuple(more.get("files", ())))
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("deadline", ["date", "month_day", "serial", "working_days", "at_once", ""])
def test_every_layout_is_read(office: Standing, adapter: InspectionAdapter, layout: int, deadline: str) -> None:
    dispatch(office, layout=layout, deadline=deadline)
    says, parked, _ = look(adapter)
    assert parked == []
    assert [one.number for one in says] == [f"{NUMBER}#{n}" for n in (1, 2, 3)]
    for n, one in enumerate(says, 1):
        assert one.matter is not None
        assert one.unmapped == ()
        assert (one.matter.place, one.matter.content) == ("样例路东段", f"围挡破损约{n}米,未及时修复")
        assert f"{n}-1.png" in {file.name for file in one.matter.files}
        days = {"working_days": None, "at_once": 1}.get(deadline, 5)
        expected = NOW.replace(hour=0) + timedelta(days=days) if days else None
        assert one.matter.limits.reply == expected
        assert ("limit_working_days" in one.detail) is (deadline == "working_days")


def test_only_our_rows_are_ours(office: Standing, adapter: InspectionAdapter) -> None:
    dispatch(office, others=[{"place": "示范广场", "content": "共享单车乱停乱放", "unit": "样例市城市管理局"}])
    assert len(look(adapter)[0]) == 3


def test_a_life_from_notice_to_receipt(office: Standing, adapter: InspectionAdapter, picture: OutgoingFile) -> None:
    dispatch(office)
    _, _, cursor = look(adapter)
    tell(adapter, files=[picture])
    tell(adapter, 2, outcome="in_progress", promised_on="2026-03-20")
    tell(adapter, 3, kind=Telling.RETURN, reason="该点位不在我局项目范围内")
    tick(office)
    says, parked, cursor = look(adapter, cursor)
    assert parked == []
    assert {one.number: (one.happening, one.outer_state) for one in says} == {
        f"{NUMBER}#1": (Happening.CLOSED, "closed"),
        f"{NUMBER}#2": (Happening.CLOSED, "closed"),
        f"{NUMBER}#3": (Happening.RETURN_DECIDED, "returned"),
    }
    books = {book.number: book for book in adapter.ledger("2026-03-02")}
    theirs = {f"{NUMBER}#{n}": office.row(f"{NUMBER}#{n}") for n in (1, 2, 3)}
    assert {number: (book.outer_state, book.reply_digest) for number, book in books.items()} == {
        number: (row["meaning"], row["reply_digest"]) for number, row in theirs.items()
    }
    assert books[f"{NUMBER}#1"].reply_digest == reply_digest(TEXT)
    assert look(adapter, cursor)[0] == []


def test_a_rejected_row_is_a_bounce_and_the_next_file_replaces_it(office: Standing, adapter: InspectionAdapter) -> None:
    dispatch(office)
    _, _, cursor = look(adapter)
    office.happen(f"{NUMBER}#1", "bounce", reason="说明不充分")
    tell(adapter, outcome="explained")
    tick(office)
    (bounced,), _, cursor = look(adapter, cursor)
    assert (bounced.happening, bounced.detail["reasons"]) == (Happening.BOUNCED, ["说明不充分"])
    assert tell(adapter, outcome="explained", key="ob-again").receipt_no == f"{BASE}_reply_002.xlsx"
    tick(office)
    (closed,), _, _ = look(adapter, cursor)
    assert closed.happening is Happening.CLOSED


def test_a_verdict_that_is_changed_later_is_news(office: Standing, adapter: InspectionAdapter) -> None:
    dispatch(office)
    _, _, cursor = look(adapter)
    tell(adapter, outcome="explained")
    tick(office)
    (closed,), _, cursor = look(adapter, cursor)
    office.happen(f"{NUMBER}#1", "bounce", reason="复核不合格")
    (bounced,), _, _ = look(adapter, cursor)
    assert (closed.happening, bounced.happening) == (Happening.CLOSED, Happening.BOUNCED)
    assert bounced.version > closed.version


def test_correction_reinspection_withdrawal(
    office: Standing, adapter: InspectionAdapter, picture: OutgoingFile
) -> None:
    dispatch(office)
    first, _, cursor = look(adapter)
    office.happen(f"{NUMBER}#1", "update", content="围挡破损约9米,未及时修复")
    corrected, _, cursor = look(adapter, cursor)
    one = next(one for one in corrected if one.number == f"{NUMBER}#1")
    assert one.matter is not None
    assert "9米" in one.matter.content
    assert min(c.version for c in corrected) > max(f.version for f in first)
    office.happen(f"{NUMBER}#2", "redo")
    (again,), _, cursor = look(adapter, cursor)
    assert (again.number, again.round, again.happening) == (f"{NUMBER}#2", 2, Happening.DISPATCHED)
    assert tell(adapter, 2, 2, files=[picture]).receipt_no == f"{BASE}-R1_reply_001.xlsx"
    tick(office)
    (closed,), parked, cursor = look(adapter, cursor)
    assert parked == []
    assert (closed.round, closed.happening) == (2, Happening.CLOSED)
    office.happen(f"{NUMBER}#1", "withdraw")
    says, _, _ = look(adapter, cursor)
    assert {(one.number, one.round, one.happening) for one in says} == {
        (f"{NUMBER}#{n}", round, Happening.WITHDRAWN) for n, round in ((1, 1), (2, 1), (3, 1), (2, 2))
    }


# --- misbehaviour ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["early_marker", "empty_marker", "gbk_marker", "twin_package", "temp_files"])
def test_careless_packages_come_in_all_the_same(office: Standing, adapter: InspectionAdapter, name: str) -> None:
    office.misbehave(name, times=1)
    dispatch(office)
    _, parked, cursor = look(adapter)
    assert parked == []
    tick(office)
    first, parked, _ = look(adapter)
    assert parked == []
    assert {one.number for one in first} == {f"{NUMBER}#{n}" for n in (1, 2, 3)}
    look(adapter, cursor)


@pytest.mark.parametrize(
    ("name", "said"), [("zip_bomb", "压缩炸弹"), ("password_protected", "密码"), ("old_xls", "旧版")]
)
def test_traps_go_to_a_person_and_stop_nobody(
    office: Standing, adapter: InspectionAdapter, name: str, said: str
) -> None:
    office.misbehave(name, times=1)
    tick(office)
    dispatch(office)
    says, (parked,), _ = look(adapter)
    assert said in parked.zh
    assert len(says) == 3


def test_photos_that_are_not_there_and_photos_too_big(office: Standing, adapter: InspectionAdapter) -> None:
    office.misbehave("missing_photos", times=1)
    dispatch(office, 1)
    (one,), _, cursor = look(adapter)
    assert one.unmapped == ("照片=1-1.png",)
    office.misbehave("big_photo", times=1)
    dispatch(office, 1, base="CWB-2026-032", number="宿创办〔2026〕32号")
    (one,), _, _ = look(adapter, cursor)
    assert one.unmapped == ("照片超过20MB=1-1.png",)
    assert one.matter is not None
    with pytest.raises(AdapterError) as caught:
        adapter.download(next(file.ref for file in one.matter.files if file.name == "1-1.png"), "")
    assert (caught.value.code, caught.value.permanent) == ("too_large", True)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("receipt_gbk", ""),
        ("receipt_again", ""),
        ("receipt_unknown", "replyFile"),
        ("receipt_wrong_hash", "replySha256"),
    ],
)
def test_odd_receipts(office: Standing, adapter: InspectionAdapter, name: str, field: str) -> None:
    dispatch(office)
    _, _, cursor = look(adapter)
    office.misbehave(name, times=1)
    tell(adapter, outcome="explained")
    tick(office)
    says, parked, _ = look(adapter, cursor)
    assert {trouble.field for trouble in parked} == ({field} if field else set())
    if name != "receipt_wrong_hash":
        assert {one.happening for one in says} == {Happening.CLOSED}
        assert len({one.event_id for one in says}) == 1
