"""Parked records and dead messages: shown masked to the dispatcher, replayed, settled; nobody else gets near."""

from __future__ import annotations

import hashlib
import json

from integrations.models import InboxItem, Lot
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, text_of
from tickets import clock
from tickets.models import Event, OutboxRow, Post, Source, vault

RAW = json.dumps(
    {"ticketNo": "202603020912000012", "contact": PARTY.name, "phone": PARTY.phone, "status": 7}, ensure_ascii=False
).encode()


def parked_item() -> InboxItem:
    return InboxItem.objects.create(
        source="hotline",
        key="样例-1",
        digest=hashlib.sha256(RAW).hexdigest(),
        raw=vault.seal(RAW),
        lot=Lot.PARKED.value,
        field="status",
        trouble_zh="状态码 7 不认识",
        trouble_en="Unknown status 7",
        received_at=clock.now(),
    )


def dead_row(bureau: Bureau) -> OutboxRow:
    ticket = dispatched(bureau)
    inquiry = inquiry_of(ticket)
    return OutboxRow.objects.create(
        ticket=ticket,
        inquiry=inquiry,
        source=Source.objects.get(pk=inquiry.source_id),
        telling="reply",
        post=Post.DEAD.value,
        created_at=clock.now(),
        trouble=f"平台拒绝：{PARTY.phone}",
    )


def test_only_the_dispatcher_comes_here(bureau: Bureau) -> None:
    item, row = parked_item(), dead_row(bureau)
    addresses = [
        *(("GET", address) for address in ("/api/parked", f"/api/parked/{item.pk}", "/api/outbox")),
        *(("POST", f"/api/parked/{item.pk}/{act}") for act in ("replay", "discard")),
        *(("POST", f"/api/outbox/{row.pk}/{act}") for act in ("replay", "mark-sent", "discard")),
    ]
    for name, user in bureau.people.items():
        desk = Desk(user)
        for method, address in addresses:
            if name == "dispatcher" and method == "POST":
                continue
            answer = desk.get(address) if method == "GET" else desk.post(address)
            assert answer.status_code == (200 if name == "dispatcher" else 403), (name, address)
            assert answer.headers["Content-Type"].startswith("application/json")
    assert Desk().get("/api/parked").status_code == 401


def test_a_parked_record_is_shown_without_the_person_and_the_showing_is_journalled(bureau: Bureau) -> None:
    item = parked_item()
    desk = Desk(bureau.people["dispatcher"])
    listed = desk.get("/api/parked").json()["rows"]
    assert [(row["id"], row["field"], row["trouble"]) for row in listed] == [(item.pk, "status", "状态码 7 不认识")]
    told = text_of(desk.get(f"/api/parked/{item.pk}"))
    assert '\\"status\\": 7' in told
    assert PARTY.name not in told
    assert PARTY.phone not in told
    assert Event.objects.filter(chain="inbox", action="show_raw").count() == 1
    english = Desk(bureau.people["dispatcher"], language="en").get("/api/parked").json()["rows"]
    assert english[0]["trouble"] == "Unknown status 7"


def test_discarding_needs_a_reason_and_happens_once(bureau: Bureau) -> None:
    item = parked_item()
    desk = Desk(bureau.people["dispatcher"])
    assert desk.post(f"/api/parked/{item.pk}/discard").json()["errors"][0]["field"] == "reason"
    assert desk.post(f"/api/parked/{item.pk}/discard", {"raison": "x"}).json()["errors"][0]["field"] == "raison"
    assert desk.post(f"/api/parked/{item.pk}/discard", {"reason": "平台测试数据"}).json()["lot"] == "discarded"
    again = desk.post(f"/api/parked/{item.pk}/discard", {"reason": "平台测试数据"})
    assert (again.status_code, again.json()["code"]) == (409, "lot")
    assert desk.post("/api/parked/999999/discard", {"reason": "x"}).status_code == 404


def test_a_dead_message_is_listed_and_settled(bureau: Bureau) -> None:
    row = dead_row(bureau)
    desk = Desk(bureau.people["dispatcher"])
    listed = desk.get("/api/outbox", state="dead").json()["rows"]
    assert [each["id"] for each in listed] == [row.pk]
    assert PARTY.phone not in listed[0]["trouble"]
    assert desk.get("/api/outbox", state="secret").status_code == 400
    assert desk.post(f"/api/outbox/{row.pk}/mark-sent").status_code == 400
    assert desk.post(f"/api/outbox/{row.pk}/mark-sent", {"receipt_no": "R-1"}).json()["post"] == "accepted"
    assert desk.post(f"/api/outbox/{row.pk}/replay").status_code == 409
    assert OutboxRow.objects.get(pk=row.pk).receipt_no == "R-1"
