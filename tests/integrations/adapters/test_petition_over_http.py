"""The petition adapter and the petition platform's stand-in, written apart from the same contract, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.petition import PetitionAdapter
from integrations.platforms.petition_mischief import INFO
from integrations.protocol import AdapterError
from integrations.reading import reply_digest
from tests.integrations.adapters.standing import NOW, Standing, standing
from tickets.domain.messages import Happening, Incoming, Outgoing, OutgoingFile, Receipt, Telling

NUMBER = "260302000017"
PATH = "/services/PetitionExchange.asmx"
TEXT = "测试戊:您反映的过渡费问题已核实,将于四月底前补发到位。\r\n感谢监督。"
ACCEPT = {"accepted": True, "notice": "written", "accepted_at": "2026-03-02T09:30:00+08:00", "handler": "测试己"}
REPLY = {
    "text": TEXT,
    "handling": "经核查,协议约定按文件调整。",
    "outcome": "solved",
    "replied_at": "2026-03-02T10:00:00+08:00",
    "handler": "测试己",
    "signer": "测试庚",
    "document_no": "宿重建信复〔2026〕3号",
}
RETURN = {"reason": "该事项属于市财政局职责范围。", "suggested_unit": "样例市财政局"}
EXTENSION = {"days": 30, "reason": "需等待财政资金拨付到位后发放", "approver": "测试庚"}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Standing]:
    with standing("petition", tmp_path) as there:
        yield there


@pytest.fixture
def adapter(platform: Standing) -> Iterator[PetitionAdapter]:
    built = PetitionAdapter(
        {"url": platform.url + PATH, "unitcode": platform.world.keys.unitcode, "token": platform.world.keys.token},
        platform.now,
    )
    yield built
    built.close()


@pytest.fixture
def accepted(platform: Standing, adapter: PetitionAdapter) -> str:
    platform.dispatch(NUMBER)
    everything(adapter)
    tell(adapter, Telling.ACCEPT, **ACCEPT)
    return everything(adapter)[1]


def everything(adapter: PetitionAdapter, cursor: str = "") -> tuple[list[Incoming], str]:
    says: list[Incoming] = []
    while True:
        page = adapter.fetch(cursor)
        cursor = page.cursor
        says += [incoming for item in page.items for incoming in adapter.read(item)]
        if not page.more:
            return says, cursor


def tell(adapter: PetitionAdapter, kind: Telling, key: str = "", files: Any = (), **facts: Any) -> Receipt:
    return adapter.deliver(Outgoing(key or f"ob-{kind}", "petition", NUMBER, 1, 0, kind, facts, files))


def happened(says: list[Incoming]) -> set[Happening]:
    return {one.happening for one in says}


def test_a_life_from_dispatch_to_close(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    assert platform.row(NUMBER)["meaning"] == "in_progress"
    receipt = tell(adapter, Telling.REPLY, **REPLY)
    assert receipt.receipt_no
    assert platform.row(NUMBER)["meaning"] == "sent"
    assert platform.row(NUMBER)["reply_digest"] == reply_digest(TEXT)
    book = adapter.look(NUMBER, 1)
    assert book is not None
    assert (book.outer_state, book.reply_digest) == ("sent", reply_digest(TEXT))
    (row,) = adapter.ledger("2026-03-02")
    assert (row.number, row.round, row.outer_state, row.reply_digest) == (NUMBER, 1, "sent", reply_digest(TEXT))
    platform.happen(NUMBER, "close", satisfaction="1")
    says, _ = everything(adapter, accepted)
    assert happened(says) == {Happening.DISPATCHED, Happening.RATED, Happening.CLOSED}
    assert says[-1].outer_state == "closed"


def test_the_dispatch_is_read_whole(platform: Standing, adapter: PetitionAdapter) -> None:
    platform.dispatch(NUMBER, extra={"files": [("申请书.pdf", b"%PDF-1.4 x")], "joint": ["测试戊", "测试己"]})
    (opening,), _ = everything(adapter)
    assert opening.unmapped == ()
    assert opening.matter is not None
    assert opening.matter.party.name == "测试甲"
    assert len(opening.matter.party.others) == 2
    (file,) = opening.matter.files
    assert adapter.download(file.ref, "") == b"%PDF-1.4 x"
    assert None not in (opening.matter.limits.reply, opening.matter.limits.notice, opening.matter.limits.objection)


def test_a_repeat_gives_the_first_answer_and_files_go_along(
    platform: Standing, adapter: PetitionAdapter, accepted: str, tmp_path: Path
) -> None:
    (tmp_path / "答复书.pdf").write_bytes(b"%PDF-1.4 reply")
    file = OutgoingFile(1, "答复书.pdf", 14, "", str(tmp_path / "答复书.pdf"))
    first, again = (tell(adapter, Telling.REPLY, files=(file,), **REPLY) for _ in range(2))
    assert first.receipt_no == again.receipt_no
    assert again.is_repeat


@pytest.mark.parametrize("agreed", [True, False])
def test_an_objection_and_its_ruling(platform: Standing, adapter: PetitionAdapter, agreed: bool) -> None:
    platform.dispatch(NUMBER)
    _, cursor = everything(adapter)
    assert tell(adapter, Telling.RETURN, **RETURN).outer_state == "return_asked"
    platform.happen(NUMBER, "objection", agreed=agreed)
    says, _ = everything(adapter, cursor)
    ruling = next(one for one in says if one.happening is Happening.RETURN_DECIDED)
    assert ruling.detail["agreed"] is agreed
    assert ruling.outer_state == ("returned" if agreed else "registered")


def test_an_extension_moves_the_limit(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    tell(adapter, Telling.EXTENSION, **EXTENSION)
    platform.happen(NUMBER, "extension_decision", agreed=True)
    says, _ = everything(adapter, accepted)
    granted = next(one for one in says if one.happening is Happening.EXTENSION_DECIDED)
    opening = next(one for one in says if one.happening is Happening.DISPATCHED)
    assert opening.matter is not None
    assert opening.matter.limits.reply is not None
    assert granted.detail["new_deadline"] == opening.matter.limits.reply.isoformat()


def test_bounce_then_redo_then_a_new_round(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    tell(adapter, Telling.REPLY, **REPLY)
    platform.happen(NUMBER, "bounce", reasons=["缺文号"])
    says, cursor = everything(adapter, accepted)
    assert Happening.BOUNCED in happened(says)
    assert Happening.REDO not in happened(says)
    tell(adapter, Telling.REPLY, key="ob-2", **REPLY)
    platform.happen(NUMBER, "redo", reason="信访人不满意")
    says, cursor = everything(adapter, cursor)
    redo = next(one for one in says if one.happening is Happening.REDO)
    assert (redo.redo_no, redo.outer_state) == (1, "redo")
    platform.happen(NUMBER, "redispatch")
    says, _ = everything(adapter, cursor)
    assert {one.round for one in says} == {2}
    assert adapter.look(NUMBER, 1) is not None, "a round that is over stands in the ledger"


@pytest.mark.parametrize(
    ("kind", "happening"),
    [("urge", Happening.CHASED), ("supervise", Happening.SUPERVISED), ("withdraw", Happening.WITHDRAWN)],
)
def test_what_else_can_happen(
    platform: Standing, adapter: PetitionAdapter, accepted: str, kind: str, happening: Happening
) -> None:
    platform.happen(NUMBER, kind)
    assert happening in happened(everything(adapter, accepted)[0])


def test_two_states_in_one_second_are_both_seen(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    platform.happen(NUMBER, "urge")
    _, cursor = everything(adapter, accepted)
    platform.happen(NUMBER, "urge")
    says, _ = everything(adapter, cursor)
    assert next(one for one in says if one.happening is Happening.CHASED).detail["no"] == "2"


def test_what_is_settled_is_left_alone(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    cursor = accepted
    for minute in range(1, 4):
        platform.world.clock.set(NOW + timedelta(minutes=minute))
        says, cursor = everything(adapter, cursor)
    assert says == []


# --- misbehaviour ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*INFO, "gbk", "clock_skew"])
def test_careless_answers_are_read_all_the_same(platform: Standing, adapter: PetitionAdapter, name: str) -> None:
    platform.misbehave(name)
    platform.dispatch(NUMBER)
    says, cursor = everything(adapter)
    assert [one.number for one in says if one.happening is Happening.DISPATCHED][:1] == [NUMBER]
    platform.happen(NUMBER, "urge")
    says, _ = everything(adapter, cursor)
    assert Happening.CHASED in happened(says)
    if name == "escaped_break":
        assert says[0].matter is not None
        assert "<br" not in says[0].matter.content


def test_pages_that_shift_and_ghosts_lose_nothing(platform: Standing, adapter: PetitionAdapter) -> None:
    numbers = {f"{260302000000 + n}" for n in range(70)}
    for number in sorted(numbers):
        platform.dispatch(number)
    platform.misbehave("shifting_pages", times=2)
    platform.misbehave("ghost_item", times=2)
    seen, cursor = set[str](), ""
    for _ in range(3):
        says, cursor = everything(adapter, cursor)
        seen |= {one.number for one in says}
    assert seen == numbers


def test_an_old_info_never_has_the_higher_version(platform: Standing, adapter: PetitionAdapter, accepted: str) -> None:
    platform.world.clock.set(NOW + timedelta(minutes=5))
    platform.happen(NUMBER, "urge")
    platform.misbehave("old_info", times=1)
    old, cursor = everything(adapter, accepted)
    platform.world.clock.set(NOW + timedelta(minutes=6))
    new, _ = everything(adapter, cursor)
    assert Happening.CHASED in happened(new), "a late info does not settle its row"
    assert max(one.version for one in old) < max(one.version for one in new)


@pytest.mark.parametrize("name", ["busy", "rate_limit"])
def test_busy_says_how_long_to_wait(platform: Standing, adapter: PetitionAdapter, accepted: str, name: str) -> None:
    platform.misbehave(name, times=1)
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, **REPLY)
    assert caught.value.retry_after == 1
    assert tell(adapter, Telling.REPLY, **REPLY).receipt_no


@pytest.mark.parametrize(
    "name", ["server_fault", "unknown_outcome", "fault_after_commit", "drop_after_commit", "error_after_commit"]
)
def test_an_unclear_outcome_is_repeated_once_and_counts_once(
    platform: Standing, adapter: PetitionAdapter, accepted: str, name: str
) -> None:
    platform.misbehave(name, times=1)
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, **REPLY)
    assert caught.value.unclear
    assert not caught.value.permanent
    receipt = tell(adapter, Telling.REPLY, **REPLY)
    assert receipt.is_repeat is (name != "server_fault")
    assert [call["name"] for call in platform.platform.commands()].count("ReplyInfo") == 1


def test_the_same_reply_under_another_key_is_found_done(
    platform: Standing, adapter: PetitionAdapter, accepted: str
) -> None:
    tell(adapter, Telling.REPLY, **REPLY)
    again = tell(adapter, Telling.REPLY, key="ob-other", **REPLY)
    assert (again.is_repeat, again.outer_state) == (True, "sent")
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, key="ob-third", **{**REPLY, "text": "这是另外一份答复意见,与前一份不同。"})
    assert caught.value.conflict
    assert caught.value.current == {"status": "6", "turnno": "1"}


def test_a_reply_before_acceptance_goes_to_a_person(platform: Standing, adapter: PetitionAdapter) -> None:
    platform.dispatch(NUMBER)
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, **REPLY)
    assert (caught.value.conflict, caught.value.permanent) == (True, True)


def test_refused_content_and_a_key_used_for_other_content(
    platform: Standing, adapter: PetitionAdapter, accepted: str
) -> None:
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, **{**REPLY, "text": "公民身份号码341300190001010000不应公开。"})
    assert (caught.value.code, caught.value.permanent) == ("1008", True)
    tell(adapter, Telling.REPLY, **REPLY)
    with pytest.raises(AdapterError) as caught:
        tell(adapter, Telling.REPLY, **{**REPLY, "text": "同一个请求编号,却换了另外的内容。"})
    assert (caught.value.code, caught.value.permanent) == ("1006", True)


def test_a_wrong_token_stops_the_adapter(platform: Standing) -> None:
    stranger = PetitionAdapter({"url": platform.url + PATH, "unitcode": "341300ZD", "token": "wrong"}, platform.now)
    with pytest.raises(AdapterError) as caught:
        stranger.fetch("")
    assert (caught.value.stop, caught.value.code) == (True, "1001")


def test_nobody_there(platform: Standing, adapter: PetitionAdapter) -> None:
    platform.misbehave("down")
    with pytest.raises(AdapterError) as caught:
        adapter.fetch("")
    assert caught.value.code == "dropped"
