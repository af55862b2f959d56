"""The hotline adapter and the hotline's stand-in, written apart from the same contract, over real HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.hotline import HotlineAdapter
from integrations.platforms.misbehave import IN_THE_FEED
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import reply_digest
from tests.integrations.adapters.standing import Standing, standing
from tickets.domain.messages import Happening, Incoming, Outgoing, OutgoingFile, Receipt, Telling

NUMBER = "260302091200000017"
TEXT = "您好,您反映的夜间施工问题已核实,施工单位已调整作业时间。\r\n感谢监督。"
REPLY = {
    "text": TEXT,
    "handling": "现场核查,责令22:00后停止浇筑。",
    "outcome": "solved",
    "is_true": True,
    "contacted": True,
    "contacted_at": "2026-03-02T09:00:00+08:00",
    "replied_at": "2026-03-02T09:00:00+08:00",
    "handler": "测试乙",
    "signer": "测试丙",
}


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Standing]:
    with standing("hotline", tmp_path) as there:
        yield there


@pytest.fixture
def adapter(hotline: Standing) -> Iterator[HotlineAdapter]:
    built = HotlineAdapter({"url": hotline.url + "/api", "key": hotline.world.keys.hotline}, hotline.now)
    yield built
    built.close()


def everything(adapter: HotlineAdapter, cursor: str = "") -> tuple[list[Incoming], str]:
    says: list[Incoming] = []
    while True:
        page = adapter.fetch(cursor)
        cursor = page.cursor
        says += [incoming for item in page.items for incoming in adapter.read(item)]
        if not page.more:
            return says, cursor


def tell(
    adapter: HotlineAdapter, kind: Telling, key: str = "", redo_no: int = 0, files: Any = (), **facts: Any
) -> Receipt:
    return adapter.deliver(Outgoing(key or f"ob-{kind}", "hotline", NUMBER, 1, redo_no, kind, facts, files))


def sign(adapter: HotlineAdapter, key: str = "") -> Receipt:
    return tell(adapter, Telling.SIGN, key, signer="测试丙", signed_at="2026-03-02T09:00:00+08:00")


def test_a_life_from_dispatch_to_close(hotline: Standing, adapter: HotlineAdapter, tmp_path: Path) -> None:
    hotline.dispatch(NUMBER)
    (opened,), cursor = everything(adapter)
    assert (opened.number, opened.happening, opened.outer_state, opened.unmapped) == (
        NUMBER,
        Happening.DISPATCHED,
        "registered",
        (),
    )
    assert sign(adapter).outer_state == "in_progress"
    contact = {"reached": True, "contacted_at": "2026-03-02T09:10:00+08:00", "person": "测试乙", "phone": "19900001234"}
    assert tell(adapter, Telling.CONTACT, **contact).receipt_no
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(b"\xff\xd8photo")
    file = OutgoingFile(1, "现场.jpg", 7, hashlib.sha256(b"\xff\xd8photo").hexdigest(), str(photo))
    assert tell(adapter, Telling.REPLY, files=(file,), **REPLY).outer_state == "sent"
    assert hotline.row(NUMBER)["reply_digest"] == reply_digest(TEXT)
    for kind in ("accept", "satisfaction", "close"):
        hotline.happen(NUMBER, kind)
    said, _ = everything(adapter, cursor)
    assert [one.happening for one in said] == [Happening.ACCEPTED, Happening.RATED, Happening.CLOSED]
    assert [one.unmapped for one in said] == [(), (), ()]
    book = adapter.look(NUMBER, 1)
    assert book is not None
    assert (book.outer_state, book.reply_digest) == ("closed", reply_digest(TEXT))


def test_a_bounce_and_a_redo_are_answered_again(hotline: Standing, adapter: HotlineAdapter) -> None:
    hotline.dispatch(NUMBER)
    sign(adapter)
    tell(adapter, Telling.REPLY, "ob-1", **REPLY)
    hotline.happen(NUMBER, "bounce")
    tell(adapter, Telling.REPLY, "ob-2", **REPLY | {"text": TEXT + "(已更正)"})
    hotline.happen(NUMBER, "redo")
    said, _ = everything(adapter)
    assert [(one.happening, one.redo_no) for one in said[-2:]] == [(Happening.BOUNCED, 0), (Happening.REDO, 1)]
    assert tell(adapter, Telling.REPLY, "ob-3", redo_no=1, **REPLY).outer_state == "sent"
    assert hotline.row(NUMBER)["redo_no"] == 1


@pytest.mark.parametrize(("agreed", "state"), [(True, "returned"), (False, "in_progress")])
def test_a_return_is_asked_and_ruled(hotline: Standing, adapter: HotlineAdapter, agreed: bool, state: str) -> None:
    hotline.dispatch(NUMBER)
    sign(adapter)
    asked = tell(adapter, Telling.RETURN, code="not_area", reason="该路段不在本单位管辖范围内")
    assert asked.outer_state == "return_asked"
    hotline.happen(NUMBER, "return_decision", agreed=agreed)
    said, _ = everything(adapter)
    assert (said[-1].happening, said[-1].outer_state) == (Happening.RETURN_DECIDED, state)
    assert said[-1].detail["request_no"] == asked.receipt_no
    assert said[-1].detail["agreed"] is agreed


def test_an_extension_is_asked_and_ruled(hotline: Standing, adapter: HotlineAdapter) -> None:
    hotline.dispatch(NUMBER)
    sign(adapter)
    wanted = "2026-03-21T00:00:00+08:00"
    tell(adapter, Telling.EXTENSION, new_deadline=wanted, reason="需委托第三方检测,时间较长", approver="测试丙")
    hotline.happen(NUMBER, "extension_decision", agreed=True)
    said, _ = everything(adapter)
    assert (said[-1].happening, said[-1].detail["agreed"]) == (Happening.EXTENSION_DECIDED, True)
    assert said[-1].detail["new_deadline"] == wanted


@pytest.mark.parametrize("mischief", ["error_after_commit", "drop_after_commit"])
def test_an_unclear_outcome_is_settled_by_the_same_bytes(
    hotline: Standing, adapter: HotlineAdapter, mischief: str
) -> None:
    hotline.dispatch(NUMBER)
    hotline.misbehave(mischief, times=1)
    with pytest.raises(AdapterError) as told:
        sign(adapter)
    assert (told.value.unclear, told.value.permanent) == (True, False)
    again = sign(adapter)
    assert (again.is_repeat, again.outer_state) == (True, "in_progress")
    with_another_key = sign(adapter, "ob-other")
    assert (with_another_key.outer_state, with_another_key.evidence["refused"]) == ("in_progress", "E4090")


def test_a_reply_that_was_taken_is_recognised_under_another_key(hotline: Standing, adapter: HotlineAdapter) -> None:
    hotline.dispatch(NUMBER)
    sign(adapter)
    hotline.misbehave("drop_after_commit", times=1)
    with pytest.raises(AdapterError):
        tell(adapter, Telling.REPLY, "ob-1", **REPLY)
    receipt = tell(adapter, Telling.REPLY, "ob-2", **REPLY)
    assert (receipt.outer_state, receipt.evidence["reply_digest"]) == ("sent", reply_digest(TEXT))
    with pytest.raises(AdapterError) as told:
        tell(adapter, Telling.REPLY, "ob-3", **REPLY | {"text": TEXT + "另一份"})
    assert (told.value.conflict, told.value.permanent) == (True, True)


def test_slow_down_and_maintenance_say_how_long(hotline: Standing, adapter: HotlineAdapter) -> None:
    for mischief in ("rate_limit", "maintenance"):
        hotline.misbehave(mischief, times=1, seconds=7)
        with pytest.raises(AdapterError) as told:
            adapter.fetch("")
        assert told.value.retry_after is not None
        assert 5 <= told.value.retry_after <= 8
        assert not told.value.permanent


def test_gbk_is_read_and_a_cut_page_moves_nothing(hotline: Standing, adapter: HotlineAdapter) -> None:
    hotline.dispatch(NUMBER)
    hotline.misbehave("cut_page", times=1)
    with pytest.raises(AdapterError) as told:
        adapter.fetch("")
    assert told.value.unclear
    plain = adapter.fetch("")
    hotline.misbehave("gbk", times=1)
    assert adapter.fetch("").items == plain.items


def test_the_wrong_key_stops_and_an_unknown_number_is_none(hotline: Standing, adapter: HotlineAdapter) -> None:
    stranger = HotlineAdapter({"url": hotline.url + "/api", "key": "wrong"}, hotline.now)
    with pytest.raises(AdapterError) as told:
        stranger.fetch("")
    stranger.close()
    assert told.value.stop
    assert adapter.look("999999999999", 1) is None
    assert adapter.fetch_one("999999999999") == []


def test_the_ledger_and_fetch_one(hotline: Standing, adapter: HotlineAdapter) -> None:
    hotline.dispatch(NUMBER)
    sign(adapter)
    (item,) = adapter.fetch_one(NUMBER)
    (told,) = adapter.read(item)
    assert (told.happening, told.round, told.outer_state) == (Happening.DISPATCHED, 1, "in_progress")
    (row,) = adapter.ledger("2026-03-02")
    assert (row.number, row.round, row.outer_state, row.version) == (NUMBER, 1, "in_progress", told.version)
    assert adapter.ledger("2026-03-01") == []


def test_a_feed_full_of_misbehaviour_is_read_or_parked_item_by_item(hotline: Standing, adapter: HotlineAdapter) -> None:
    for name in (*IN_THE_FEED, "gbk"):
        hotline.misbehave(name, share=0.2)
    numbers = {f"2603020912000{serial:05d}" for serial in range(60)}
    for number in sorted(numbers):
        hotline.dispatch(number)
        hotline.happen(number, "urge")
    read, parked, cursor = set[str](), set[str](), ""
    for _ in range(20):
        page = adapter.fetch(cursor)
        cursor = page.cursor
        for item in page.items:
            try:
                read |= {incoming.number for incoming in adapter.read(item)}
            except Unmappable as told:
                parked.add(told.field)
        if not page.more:
            break
    assert read == numbers
    assert {"orderNo", "appealContent", "eventType", "item"} <= parked
