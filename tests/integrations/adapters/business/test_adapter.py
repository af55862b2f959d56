"""The business adapter over real HTTP against a scripted server: signatures, pages, commands, and its error codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.business import BusinessAdapter
from integrations.adapters.business.signing import request_signature
from integrations.protocol import AdapterError
from integrations.reading import reply_digest
from tests.integrations.scripted import Asked, Say, Scripted, as_json
from tickets.domain.messages import Outgoing, OutgoingFile, Telling

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
NUMBER = "QY2026030200000017"
TEXT = "已协调施工单位开设4米宽临时货运通道。"


def problem(status: int, code: str, **more: Any) -> Say:
    headers = {name: more.pop(name) for name in ("Retry_After",) if name in more}
    return as_json({"type": "about:blank", "title": "不行", "status": status, "code": code, **more}, status, **headers)


@contextmanager
def against(*answers: Say) -> Iterator[tuple[BusinessAdapter, Scripted]]:
    with Scripted(*answers) as server:
        settings = {
            "url": server.url + "/openapi/v1",
            "app_id": "szzdj",
            "secret": "s",
            "webhook_secrets": [],
            "phone": "05570000001",
        }
        adapter = BusinessAdapter(settings, lambda: NOW)
        yield adapter, server
        adapter.close()


def outgoing(kind: Telling = Telling.CONTACT, files: tuple[OutgoingFile, ...] = ()) -> Outgoing:
    facts = {"contacted_at": "2026-03-02T15:00:00+08:00", "person": "测试乙", "text": TEXT, "outcome": "solved"}
    return Outgoing("ob-502", "business", NUMBER, 1, 0, kind, facts, files)


def is_signed(asked: Asked) -> bool:
    given = asked.headers
    wanted = request_signature(
        "s", asked.method, asked.path, timestamp=given["x-timestamp"], nonce=given["x-nonce"], body=asked.body
    )
    return given["x-signature"] == wanted and given["x-app-id"] == "szzdj"


def one(status: str) -> Say:
    demand = {"demandNo": NUMBER, "round": 1, "redoNo": 0, "seq": 6, "status": status}
    return as_json({"demand": demand, "events": []})


def ledger(*rows: Any, more: bool = False, next: str = "") -> Say:  # noqa: A002
    return as_json({"date": "2026-03-04", "total": len(rows), "rows": rows, "next": next, "more": more})


def row(number: str = NUMBER, text: str = TEXT) -> dict[str, Any]:
    return {
        "demandNo": number,
        "round": 1,
        "redoNo": 0,
        "seq": 6,
        "status": "solved",
        "replySha256": reply_digest(text),
    }


def test_the_catch_up_is_signed_with_the_path_as_sent() -> None:
    items = [
        {
            "id": "evt_1",
            "type": "demand.urged",
            "data": {"demandNo": NUMBER, "round": 1, "detail": {"content": "尽快"}},
        },
        7,
    ]
    with against(as_json({"items": items, "next": "000000000017", "more": True}, encoding="gbk")) as (adapter, server):
        page = adapter.fetch("")
    assert (page.cursor, page.more) == ("000000000017", True)
    assert (page.items[0].key, page.items[0].identity) == ("evt_1", f"{NUMBER}#1")
    assert json.loads(page.items[0].raw) == items[0]
    assert server.asked[0].path == "/openapi/v1/demands/changes?after=&limit=100"
    assert is_signed(server.asked[0])


def test_an_empty_last_cursor_does_not_start_over() -> None:
    with against(as_json({"items": [], "next": "", "more": False})) as (adapter, _):
        assert adapter.fetch("000000000017").cursor == "000000000017"


@pytest.mark.parametrize(
    "say", [Say(b'{"items":[{"id"'), Say(b"<html>"), as_json([]), as_json({"items": []}), Say(b"", 502)]
)
def test_a_page_that_cannot_be_read_is_unclear(say: Say) -> None:
    with against(say) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.fetch("c")
    assert (told.value.unclear, told.value.permanent) == (True, False)


@pytest.mark.parametrize(
    ("say", "flags"),
    [
        (problem(400, "bad_request"), {"permanent"}),
        (problem(401, "bad_signature"), {"stop"}),
        (problem(403, "not_yours"), {"permanent"}),
        (problem(404, "not_found"), {"permanent"}),
        (problem(405, "method_not_allowed"), {"permanent"}),
        (problem(413, "too_large"), {"permanent"}),
        (problem(422, "content_refused", errors=[{"field": "reason", "reason": "太短"}]), {"permanent"}),
        (problem(429, "slow_down", Retry_After="3"), {"retry_after"}),
        (problem(500, "internal"), {"unclear"}),
        (Say(b"<html>", 502), {"unclear"}),
        (problem(503, "busy", Retry_After="3"), {"unclear", "retry_after"}),
    ],
)
def test_the_error_codes(say: Say, flags: set[str]) -> None:
    with against(say) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.deliver(outgoing())
    kinds = ("permanent", "stop", "conflict", "unclear", "retry_after")
    assert {name for name in kinds if getattr(told.value, name)} == flags


@pytest.mark.parametrize("server_time", [1772611440, "1772611440", "2026-03-04T16:04:00+08:00"])
def test_a_clock_that_is_minutes_off_is_put_right_once(server_time: Any) -> None:
    refused = problem(401, "timestamp_out_of_window", serverTime=server_time)
    done = as_json({"demandNo": NUMBER, "round": 1, "seq": 2, "status": "started", "receiptNo": "R-1"})
    with against(refused, done, done) as (adapter, server):
        assert adapter.deliver(outgoing()).receipt_no == "R-1"
        adapter.deliver(outgoing())
    assert [asked.headers["x-timestamp"] for asked in server.asked] == ["1772611200", "1772611440", "1772611440"]
    assert all(is_signed(asked) for asked in server.asked)


def test_a_nonce_is_never_used_twice_and_a_second_refusal_stops() -> None:
    with (
        against(problem(401, "nonce_reused"), problem(401, "nonce_reused")) as (adapter, server),
        pytest.raises(AdapterError) as told,
    ):
        adapter.deliver(outgoing())
    assert told.value.stop
    nonces = [asked.headers["x-nonce"] for asked in server.asked]
    assert len(set(nonces)) == 2
    assert all(16 <= len(nonce) <= 64 and nonce.isalnum() for nonce in nonces)


def test_the_bytes_and_the_key_are_the_same_on_every_attempt() -> None:
    done = as_json({"demandNo": NUMBER, "round": 1, "seq": 2, "status": "started", "receiptNo": "R-1"})
    with against(problem(500, "internal"), done) as (adapter, server):
        with pytest.raises(AdapterError):
            adapter.deliver(outgoing())
        receipt = adapter.deliver(outgoing())
    first, second = server.asked
    assert json.loads(first.body)["handler"] == {"name": "测试乙", "phone": "05570000001"}
    assert (first.body, first.headers["idempotency-key"]) == (second.body, second.headers["idempotency-key"])
    assert (first.path, receipt.outer_state, receipt.version) == (
        f"/openapi/v1/demands/{NUMBER}/start",
        "in_progress",
        2,
    )


def test_files_go_with_a_reply(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"paper")
    file = OutgoingFile(1, "批复.pdf", 5, hashlib.sha256(b"paper").hexdigest(), str(path))
    done = as_json({"demandNo": NUMBER, "round": 1, "seq": 5, "status": "solved", "receiptNo": "R-5"})
    with against(as_json({"id": "A9", "size": 5, "sha256": file.sha256}, 201), done) as (adapter, server):
        receipt = adapter.deliver(outgoing(Telling.REPLY, (file,)))
    assert (receipt.outer_state, json.loads(server.asked[1].body)["attachments"]) == ("sent", ["A9"])
    assert server.asked[0].headers["x-file-name"] == "%E6%89%B9%E5%A4%8D.pdf"
    assert all(is_signed(asked) for asked in server.asked)


@pytest.mark.parametrize("code", ["state_conflict", "idempotency_conflict", "stale_round"])
def test_a_conflict_whose_state_is_reached_is_done(code: str) -> None:
    conflict = problem(409, code, current={"status": "solved", "round": 1, "redoNo": 0, "seq": 6})
    with against(conflict, one("solved"), ledger(row())) as (adapter, _):
        receipt = adapter.deliver(outgoing(Telling.REPLY))
    assert (receipt.outer_state, receipt.is_repeat, receipt.evidence["refused"]) == ("sent", True, code)


def test_a_reply_before_the_start_goes_to_a_person() -> None:
    conflict = problem(409, "state_conflict", current={"status": "assigned", "round": 1, "redoNo": 0, "seq": 1})
    with against(conflict, one("assigned")) as (adapter, _), pytest.raises(AdapterError) as told:
        adapter.deliver(outgoing(Telling.REPLY))
    assert (told.value.conflict, told.value.permanent, told.value.current["status"]) == (True, True, "assigned")


def test_a_second_start_is_done_already() -> None:
    with against(problem(409, "state_conflict"), one("started"), ledger(), ledger()) as (adapter, _):
        assert adapter.deliver(outgoing()).outer_state == "in_progress"


def test_look_ledger_and_fetch_one() -> None:
    pages = (ledger(row("QY1"), more=True, next="a"), ledger(row(), {"round": 1}))
    with against(one("solved"), *pages, problem(404, "not_found"), *pages, problem(404, "not_found")) as (
        adapter,
        server,
    ):
        held, unknown, books, nothing = (
            adapter.look(NUMBER, 1),
            adapter.look("QY9", 1),
            adapter.ledger("2026-03-04"),
            adapter.fetch_one("QY9"),
        )
    assert held is not None
    assert (held.outer_state, held.reply_digest, held.version) == ("sent", reply_digest(TEXT), 6)
    assert (unknown, nothing, [book.number for book in books]) == (None, [], ["QY1", NUMBER])
    assert server.asked[2].path.endswith("/ledger?date=2026-03-04&after=a&limit=100")


def test_attachments_and_links_that_have_expired() -> None:
    with against(Say(b"bytes"), problem(403, "link_expired")) as (adapter, server):
        link = server.url + "/openapi/v1/files/A17?expires=1&token=t"
        assert adapter.download("A17", link) == b"bytes"
        with pytest.raises(AdapterError) as expired:
            adapter.download("A17", link)
        with pytest.raises(AdapterError) as foreign:
            adapter.download("A17", "https://example.test/A17")
    assert server.asked[0].path == "/openapi/v1/files/A17?expires=1&token=t"
    assert (expired.value.code, expired.value.permanent) == ("link_expired", False)
    assert (foreign.value.code, len(server.asked)) == ("foreign_host", 2)


def test_a_malformed_webhook_key_speaks_at_start() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        BusinessAdapter(
            {"url": "http://127.0.0.1", "app_id": "a", "secret": "s", "webhook_secrets": ["plain"]}, lambda: NOW
        )
