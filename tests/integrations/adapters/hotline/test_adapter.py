"""The hotline adapter over real HTTP against a scripted server: pages, commands, and each row of the error table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.hotline import HotlineAdapter
from integrations.protocol import AdapterError
from integrations.reading import reply_digest
from tests.integrations.scripted import Asked, Say, Scripted, as_json
from tickets.domain.messages import Outgoing, OutgoingFile, Telling

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
NUMBER = "260302091200000017"
TEXT = "您好,您反映的夜间施工问题已核实,施工单位已调整作业时间。"


def ok(data: Any, status: int = 200, encoding: str = "utf-8", **headers: str) -> Say:
    return as_json({"code": "0", "msg": "ok", "data": data, "requestId": "r"}, status, encoding, **headers)


def no(status: int, code: str, data: Any = None, errors: Any = None, **headers: str) -> Say:
    return as_json({"code": code, "msg": "不行", "data": data, "errors": errors, "requestId": "r"}, status, **headers)


@contextmanager
def against(*answers: Say) -> Iterator[tuple[HotlineAdapter, Scripted]]:
    with Scripted(*answers) as server:
        adapter = HotlineAdapter({"url": server.url + "/api", "key": "k-1"}, lambda: NOW)
        yield adapter, server
        adapter.close()


def outgoing(kind: Telling = Telling.SIGN, **changed: Any) -> Outgoing:
    facts = {"signer": "测试丙", "signed_at": "2026-03-02T10:00:00+08:00", "text": TEXT, "outcome": "solved"}
    given: dict[str, Any] = {"number": NUMBER, "redo_no": 0, "files": ()} | changed
    return Outgoing("ob-1", "hotline", given["number"], 1, given["redo_no"], kind, facts, given["files"])


def one(status: str, **more: Any) -> Say:
    return ok(
        {"ticket": {"orderNo": NUMBER, "round": 1, "redoNo": 0, "version": 6, "status": status, **more}, "events": []}
    )


def ledger(*rows: Any, more: bool = False, cursor: str = "c") -> Say:
    return ok({"date": "2026-03-04", "total": len(rows), "rows": rows, "nextCursor": cursor, "hasMore": more})


def row(number: str = NUMBER, status: str = "50", text: str = TEXT) -> dict[str, Any]:
    return {
        "orderNo": number,
        "round": 1,
        "redoNo": 0,
        "status": status,
        "version": 6,
        "replySha256": reply_digest(text),
    }


def test_a_page_goes_with_the_key_and_the_cursor() -> None:
    items = [{"eventId": "e1", "orderNo": NUMBER, "round": 1}, "系统维护"]
    with against(ok({"items": items, "nextCursor": "b3B=", "hasMore": True})) as (adapter, server):
        page = adapter.fetch("old+/=")
    assert (page.cursor, page.more, len(page.items)) == ("b3B=", True, 2)
    assert (page.items[0].key, page.items[0].identity) == ("e1", f"{NUMBER}#1")
    assert server.asked[0].headers["x-api-key"] == "k-1"
    assert "cursor=old%2B%2F%3D" in server.asked[0].path
    assert server.asked[0].path.startswith("/api/hotlineTickets/feed?limit=100")


def test_the_first_call_has_no_cursor_and_gbk_is_read() -> None:
    items = [{"eventId": "e1", "detail": {"content": "请尽快联系来电人"}}]
    with against(ok({"items": items, "nextCursor": "c", "hasMore": False}, encoding="gbk")) as (adapter, server):
        page = adapter.fetch("")
    assert "cursor" not in server.asked[0].path
    assert json.loads(page.items[0].raw) == items[0]


def test_an_expired_cursor_starts_again_thirty_days_back() -> None:
    with against(no(410, "E4100"), ok({"items": [], "nextCursor": "n", "hasMore": False})) as (adapter, server):
        page = adapter.fetch("ancient")
    assert page.cursor == "n"
    assert page.notes == ("cursor_expired: since 2026-02-02 16:00:00",)
    assert "since=2026-02-02" in server.asked[1].path
    assert "cursor" not in server.asked[1].path


@pytest.mark.parametrize(
    "say",
    [
        Say(b'{"code":"0","data":{"items":[{"eventId":"e1","tick'),
        Say(b'{"code":"0","data":{"items":[', drop=True),
        Say(b"<html>502 Bad Gateway</html>", 502),
        Say(b"<html>login</html>", 200),
        ok({"items": "none", "nextCursor": "c"}),
        ok({"items": []}),
        ok([]),
        no(200, "99"),
        no(500, "E5000"),
    ],
)
def test_a_page_that_cannot_be_read_is_unclear_and_moves_no_cursor(say: Say) -> None:
    with against(say) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.fetch("c")
    assert told.value.unclear
    assert not told.value.permanent


@pytest.mark.parametrize(
    ("say", "flags", "code"),
    [
        (no(400, "E4001", errors=[{"field": "signer", "reason": "缺失"}]), {"permanent"}, "E4001"),
        (no(422, "E4220", errors=[{"field": "reason", "reason": "少于10字"}]), {"permanent"}, "E4220"),
        (no(401, "E4010"), {"stop"}, "E4010"),
        (no(403, "E4030"), {"permanent"}, "E4030"),
        (no(404, "E4040"), {"permanent"}, "E4040"),
        (no(405, "E4050"), {"permanent"}, "E4050"),
        (no(413, "E4130"), {"permanent"}, "E4130"),
        (no(415, "E4150"), {"permanent"}, "E4150"),
        (no(429, "E4290", Retry_After="7"), {"retry_after"}, "E4290"),
        (
            no(503, "E5030", Retry_After="Wed, 04 Mar 2026 08:10:00 GMT", Date="Wed, 04 Mar 2026 08:00:00 GMT"),
            {"retry_after"},
            "E5030",
        ),
        (no(500, "E5000"), {"unclear"}, "E5000"),
        (Say(b"<html>", 503), {"unclear"}, "503"),
        (no(200, "E4220"), {"permanent"}, "E4220"),
        (no(200, "E4010"), {"stop"}, "E4010"),
    ],
)
def test_the_error_table(say: Say, flags: set[str], code: str) -> None:
    with against(say) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.deliver(outgoing())
    kinds = ("permanent", "stop", "conflict", "unclear", "retry_after")
    assert {name for name in kinds if getattr(told.value, name)} == flags
    assert told.value.code == code


def test_a_refusal_brings_its_list_and_its_wait() -> None:
    refused = no(422, "E4220", errors=[{"field": "reason", "reason": "少于10字"}])
    with against(refused) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.deliver(outgoing())
    assert told.value.errors == (("reason", "少于10字"),)
    with against(no(429, "E4290", Retry_After="7")) as (adapter, _), pytest.raises(AdapterError) as slow:
        adapter.deliver(outgoing())
    assert slow.value.retry_after == 7.0


def test_a_command_and_its_receipt() -> None:
    data = {"orderNo": NUMBER, "round": 1, "status": "20", "version": 2, "receiptNo": "QS1"}
    with against(ok(data), ok(data, Idempotent_Replay="true")) as (adapter, server):
        first, again = adapter.deliver(outgoing()), adapter.deliver(outgoing())
    assert (first.receipt_no, first.outer_state, first.version, first.is_repeat) == ("QS1", "in_progress", 2, False)
    assert again.is_repeat
    assert server.asked[0].path == f"/api/hotlineTickets/{NUMBER}/sign"
    assert server.asked[0].headers["idempotency-key"] == "ob-1"
    assert server.asked[0].body == server.asked[1].body


def test_files_go_first_and_their_ids_into_the_body(tmp_path: Path) -> None:
    path = tmp_path / "现场.jpg"
    path.write_bytes(b"photo")
    sha = hashlib.sha256(b"photo").hexdigest()
    files = (
        OutgoingFile(1, "现场.jpg", 5, sha, str(path), "photo"),
        OutgoingFile(2, "录音.mp3", 5, sha, str(path), "contact"),
    )
    receipt = ok({"orderNo": NUMBER, "round": 1, "status": "50", "version": 6, "receiptNo": "HZ1"})
    with against(ok({"fileId": "F1"}, 201), ok({"fileId": "F2"}, 201), receipt) as (adapter, server):
        adapter.deliver(outgoing(Telling.REPLY, files=files))
    uploads, command = server.asked[:2], json.loads(server.asked[2].body)
    assert [asked.path for asked in uploads] == ["/api/files"] * 2
    assert uploads[0].headers["x-file-name"] == "%E7%8E%B0%E5%9C%BA.jpg"
    assert (uploads[0].headers["content-type"], uploads[0].body) == ("image/jpeg", b"photo")
    assert (command["handleFiles"], command["contactFiles"]) == (["F1"], ["F2"])


def test_a_lodged_call_gets_its_number() -> None:
    with against(ok({"orderNo": "260304160000000099"}, 201)) as (adapter, server):
        receipt = adapter.deliver(outgoing(Telling.LODGE, number=""))
    assert receipt.number == "260304160000000099"
    assert server.asked[0].path == "/api/hotlineTickets"


@pytest.mark.parametrize("code", ["E4090", "E4091", "E4092", "E4093", "E4094"])
def test_a_conflict_whose_state_is_reached_is_done(code: str) -> None:
    conflict = no(409, code, {"status": "50", "round": 1, "redoNo": 0})
    with against(conflict, one("50"), ledger(row("1"), more=True), ledger(row())) as (adapter, server):
        receipt = adapter.deliver(outgoing(Telling.REPLY))
    assert (receipt.outer_state, receipt.is_repeat, receipt.version) == ("sent", True, 6)
    assert receipt.evidence["refused"] == code
    assert receipt.evidence["reply_digest"] == reply_digest(TEXT)
    assert "date=2026-03-04" in server.asked[2].path


def test_a_conflict_goes_to_a_person_with_the_state_as_of_now() -> None:
    conflict = no(409, "E4090", {"status": "50", "round": 1, "redoNo": 0})
    other = ledger(row(text="另一份答复"))
    with against(conflict, one("50"), other) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.deliver(outgoing(Telling.REPLY))
    assert (told.value.conflict, told.value.permanent, told.value.code) == (True, True, "E4090")
    assert told.value.current == {"status": "50", "round": 1, "redoNo": 0}


def test_when_the_state_cannot_be_asked_the_conflict_waits() -> None:
    with (
        against(no(409, "E4090", {"status": "20"}), no(500, "E5000")) as (adapter, _),
        pytest.raises(AdapterError) as told,
    ):
        adapter.deliver(outgoing())
    assert (told.value.unclear, told.value.permanent) == (True, False)


def test_look_and_fetch_one() -> None:
    with against(one("20"), no(404, "E4040"), one("50"), ledger(), ledger(row()), no(404, "E4040")) as (
        adapter,
        server,
    ):
        signed, unknown, answered = (adapter.look(NUMBER, 1) for _ in range(3))
        assert adapter.fetch_one(NUMBER) == []
    assert unknown is None
    assert signed is not None
    assert answered is not None
    assert (signed.outer_state, signed.reply_digest) == ("in_progress", "")
    assert answered.reply_digest == reply_digest(TEXT)
    assert ["date=2026-03-04" in server.asked[3].path, "date=2026-03-03" in server.asked[4].path] == [True, True]


def test_the_ledger_over_all_pages() -> None:
    broken = {"orderNo": None, "round": 1}
    with against(ledger(row("1"), broken, more=True, cursor="a"), ledger(row("2"), "x")) as (adapter, server):
        books = adapter.ledger("2026-03-04")
    assert [book.number for book in books] == ["1", "2"]
    assert "cursor=a" in server.asked[1].path


def test_attachments_from_the_same_host_with_the_key() -> None:
    with against(Say(b"bytes"), Say(b"bytes"), no(404, "E4040"), no(401, "E4010")) as (adapter, server):
        assert adapter.download("F1", server.url + "/api/files/F1") == b"bytes"
        assert adapter.download("F 1", "") == b"bytes"
        with pytest.raises(AdapterError) as copying:
            adapter.download("F1", "")
        with pytest.raises(AdapterError) as stopped:
            adapter.download("F1", "")
        with pytest.raises(AdapterError) as foreign:
            adapter.download("F1", "https://example.test/api/files/F1")
    assert [asked.path for asked in server.asked[:2]] == ["/api/files/F1", "/api/files/F%201"]
    assert all(asked.headers["x-api-key"] == "k-1" for asked in server.asked)
    assert copying.value.retry_after == 60.0
    assert stopped.value.stop
    assert (foreign.value.permanent, len(server.asked)) == (True, 4)


def test_a_number_cannot_leave_its_path() -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Say:
        seen.append(asked)
        return no(404, "E4040")

    with Scripted(by=answer) as server:
        adapter = HotlineAdapter({"url": server.url + "/api", "key": "k"}, lambda: NOW)
        assert adapter.look("../admin?x=1", 1) is None
        adapter.close()
    assert seen[0].path == "/api/hotlineTickets/..%2Fadmin%3Fx%3D1"
