"""The business adapter and the business platform's stand-in, written apart from the same contract, over real HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.business import BusinessAdapter
from integrations.platforms.misbehave import IN_THE_FEED
from integrations.protocol import AdapterError, Item, Unmappable
from integrations.reading import reply_digest
from tests.integrations.adapters.standing import Standing, standing
from tickets.domain.messages import Happening, Incoming, Outgoing, OutgoingFile, Receipt, Telling

NUMBER = "QY2026030200000017"
TEXT = "已协调施工单位开设4米宽临时货运通道,3月12日起通行。"
REPLY = {"text": TEXT, "handling": "现场办公会确定。", "outcome": "solved"}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Standing]:
    with standing("business", tmp_path) as there:
        yield there


def connected(platform: Standing, skew: timedelta = timedelta(), **changed: str) -> BusinessAdapter:
    keys = platform.world.keys
    settings = {
        "url": platform.url + "/openapi/v1",
        "app_id": keys.app_id,
        "secret": keys.secret,
        "phone": "05570000001",
    }
    settings |= {"webhook_secrets": [keys.webhook]} | changed

    def now() -> datetime:
        return platform.now() + skew

    return BusinessAdapter(settings, now)


@pytest.fixture
def adapter(platform: Standing) -> Iterator[BusinessAdapter]:
    built = connected(platform)
    yield built
    built.close()


def readable(adapter: BusinessAdapter, item: Item) -> list[Incoming]:
    try:
        return adapter.read(item)
    except Unmappable:
        return []


def everything(adapter: BusinessAdapter, cursor: str = "") -> tuple[list[Incoming], str]:
    says: list[Incoming] = []
    while True:
        page = adapter.fetch(cursor)
        cursor = page.cursor
        says += [incoming for item in page.items for incoming in readable(adapter, item)]
        if not page.more:
            return says, cursor


def tell(
    adapter: BusinessAdapter, kind: Telling, key: str = "", redo_no: int = 0, files: Any = (), **facts: Any
) -> Receipt:
    return adapter.deliver(Outgoing(key or f"ob-{kind}", "business", NUMBER, 1, redo_no, kind, facts, files))


def start(adapter: BusinessAdapter, key: str = "") -> Receipt:
    return tell(
        adapter, Telling.CONTACT, key, contacted_at="2026-03-02T09:00:00+08:00", person="测试乙", note="已电话联系"
    )


def test_a_life_from_assignment_to_close(platform: Standing, adapter: BusinessAdapter, tmp_path: Path) -> None:
    platform.dispatch(NUMBER)
    (opened,), cursor = everything(adapter)
    assert (opened.number, opened.happening, opened.outer_state, opened.unmapped) == (
        NUMBER,
        Happening.DISPATCHED,
        "registered",
        (),
    )
    assert start(adapter).outer_state == "in_progress"
    tell(adapter, Telling.INTERIM, text="已现场踏勘,通行方案正在研究。", plan="三日内出方案", expected_on="2026-03-10")
    paper = tmp_path / "纪要.pdf"
    paper.write_bytes(b"%PDF-1.4")
    file = OutgoingFile(1, "纪要.pdf", 8, hashlib.sha256(b"%PDF-1.4").hexdigest(), str(paper))
    assert tell(adapter, Telling.REPLY, files=(file,), **REPLY).outer_state == "sent"
    assert platform.row(NUMBER)["reply_digest"] == reply_digest(TEXT)
    for kind in ("satisfaction", "close"):
        platform.happen(NUMBER, kind)
    said, _ = everything(adapter, cursor)
    assert [one.happening for one in said] == [Happening.RATED, Happening.CLOSED]
    assert [one.unmapped for one in said] == [(), ()]
    book = adapter.look(NUMBER, 1)
    assert book is not None
    assert (book.outer_state, book.reply_digest) == ("closed", reply_digest(TEXT))


def test_a_reply_before_the_start_is_a_conflict_for_a_person(platform: Standing, adapter: BusinessAdapter) -> None:
    platform.dispatch(NUMBER)
    with pytest.raises(AdapterError) as told:
        tell(adapter, Telling.REPLY, **REPLY)
    assert (told.value.conflict, told.value.permanent, told.value.current["status"]) == (True, True, "assigned")


def test_a_redo_is_answered_again(platform: Standing, adapter: BusinessAdapter) -> None:
    platform.dispatch(NUMBER)
    start(adapter)
    tell(adapter, Telling.REPLY, "ob-1", **REPLY)
    platform.happen(NUMBER, "redo")
    said, _ = everything(adapter)
    assert (said[-1].happening, said[-1].redo_no, said[-1].outer_state) == (Happening.REDO, 1, "redo")
    assert tell(adapter, Telling.REPLY, "ob-2", redo_no=1, **REPLY).outer_state == "sent"


@pytest.mark.parametrize("agreed", [True, False])
def test_return_and_extension_are_ruled(platform: Standing, adapter: BusinessAdapter, agreed: bool) -> None:
    platform.dispatch(NUMBER)
    start(adapter)
    wanted = "2026-04-04T00:00:00+08:00"
    tell(
        adapter,
        Telling.EXTENSION,
        step="reply",
        new_deadline=wanted,
        reason="需等待专项验收结果后办理",
        approver="测试丙",
    )
    platform.happen(NUMBER, "extension_decision", agreed=agreed)
    tell(adapter, Telling.RETURN, reason="该事项不属于本单位职责范围", suggested_unit="市交通局")
    platform.happen(NUMBER, "return_decision", agreed=agreed)
    said, _ = everything(adapter)
    extension, returned = said[-2:]
    assert (extension.happening, extension.detail["agreed"], extension.detail["step"]) == (
        Happening.EXTENSION_DECIDED,
        agreed,
        "reply",
    )
    assert extension.detail["new_deadline"] == (wanted if agreed else "")
    assert (returned.happening, returned.detail["agreed"]) == (Happening.RETURN_DECIDED, agreed)
    assert returned.outer_state == ("returned" if agreed else "in_progress")


@pytest.mark.parametrize("mischief", ["error_after_commit", "drop_after_commit"])
def test_an_unclear_outcome_is_settled_by_the_same_bytes(
    platform: Standing, adapter: BusinessAdapter, mischief: str
) -> None:
    platform.dispatch(NUMBER)
    platform.misbehave(mischief, times=1)
    with pytest.raises(AdapterError) as told:
        start(adapter)
    assert (told.value.unclear, told.value.permanent) == (True, False)
    assert start(adapter).outer_state == "in_progress"
    assert start(adapter, "ob-other").evidence["refused"] == "state_conflict"


def test_slow_down_says_how_long(platform: Standing, adapter: BusinessAdapter) -> None:
    platform.misbehave("rate_limit", times=1, seconds=7)
    with pytest.raises(AdapterError) as told:
        adapter.fetch("")
    assert (told.value.retry_after, told.value.permanent) == (7.0, False)


def test_gbk_is_read_and_a_cut_page_moves_nothing(platform: Standing, adapter: BusinessAdapter) -> None:
    platform.dispatch(NUMBER)
    platform.misbehave("cut_page", times=1)
    with pytest.raises(AdapterError) as told:
        adapter.fetch("")
    assert told.value.unclear
    plain = adapter.fetch("")
    platform.misbehave("gbk", times=1)
    assert adapter.fetch("").items == plain.items


def test_a_clock_ten_minutes_off_is_put_right(platform: Standing) -> None:
    platform.dispatch(NUMBER)
    late = connected(platform, skew=timedelta(minutes=10))
    assert len(late.fetch("").items) == 1
    late.close()


def test_a_wrong_secret_stops_and_an_unknown_number_is_none(platform: Standing, adapter: BusinessAdapter) -> None:
    stranger = connected(platform, secret="wrong")
    with pytest.raises(AdapterError) as told:
        stranger.fetch("")
    stranger.close()
    assert told.value.stop
    assert adapter.look("QY9", 1) is None
    assert adapter.fetch_one("QY9") == []


def test_the_ledger_and_fetch_one(platform: Standing, adapter: BusinessAdapter) -> None:
    platform.dispatch(NUMBER)
    start(adapter)
    (item,) = adapter.fetch_one(NUMBER)
    (told,) = adapter.read(item)
    assert (told.happening, told.round, told.outer_state) == (Happening.DISPATCHED, 1, "in_progress")
    (row,) = adapter.ledger("2026-03-02")
    assert (row.number, row.round, row.outer_state, row.version) == (NUMBER, 1, "in_progress", told.version)


def test_odd_demands_and_a_shuffled_feed_are_read(platform: Standing, adapter: BusinessAdapter) -> None:
    for name in (*IN_THE_FEED, "odd_demand", "gbk"):
        platform.misbehave(name, share=0.3)
    numbers = {f"QY20260302{serial:08d}" for serial in range(40)}
    for number in sorted(numbers):
        platform.dispatch(number)
        platform.happen(number, "urge")
    said, _ = everything(adapter)
    assert {one.number for one in said} == numbers
