"""平台: how each stands, and one desk for what could not come in or leave; raw records covered, every act once and journalled."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import breaker, standing
from integrations.models import Cursor, InboxItem, Lot
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of
from tests.tickets.making import make_source
from tickets import clock
from tickets.models import Event, OutboxRow, Post, Source, vault
from tickets.queries import journal

pytestmark = pytest.mark.everywhere

LETTERS = "/platforms/letters/"


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


def parked(number: int = 0) -> InboxItem:
    raw = json.dumps(
        {"orderNo": "", "n": number, "contact": PARTY.name, "phone": PARTY.phone}, ensure_ascii=False
    ).encode()
    return InboxItem.objects.create(
        source="hotline", key=f"样例-{number}", digest=hashlib.sha256(raw).hexdigest(), raw=vault.seal(raw), lot=Lot.PARKED.value,
        field="orderNo", trouble_zh=f"缺少编号，来电{PARTY.phone}", trouble_en="No number", received_at=clock.now(),
    )  # fmt: skip


def dead(bureau: Bureau, post: Post = Post.DEAD) -> OutboxRow:
    ticket = dispatched(bureau)
    return OutboxRow.objects.create(
        ticket=ticket, inquiry=inquiry_of(ticket), source=make_source("hotline", is_platform=True), telling="reply", post=post.value,
        created_at=clock.now(), trouble=f"422 缺少字段，{PARTY.phone}", facts={"text": "已修复", "phone": PARTY.phone},
        evidence={"status": 422, "body": {"phone": PARTY.phone}},
    )  # fmt: skip


def test_who_may_see_what(bureau: Bureau) -> None:
    make_source("hotline", is_platform=True)
    item, row = parked(), dead(bureau)
    for name, user in bureau.people.items():
        person = Desk(user)
        sees, opens = name in ("dispatcher", "sysadmin"), name == "dispatcher"
        for address in ("/platforms/", LETTERS):
            assert person.get(address).status_code == (200 if sees else 403), (name, address)
        for address in (f"/platforms/in/{item.pk}/", f"/platforms/out/{row.pk}/"):
            assert person.get(address).status_code == (200 if opens else 403), (name, address)
        if not opens:
            assert person.client.post(f"/platforms/in/{item.pk}/", {"do": "open"}).status_code == 403
            assert person.client.post(f"/platforms/out/{row.pk}/", {"do": "replay"}).status_code == 403
            assert person.client.post(f"{LETTERS}replay/", {"record": item.pk}).status_code == 403
    assert OutboxRow.objects.get(pk=row.pk).post == Post.DEAD.value


def test_the_system_administrator_reads_nothing_of_a_record(bureau: Bureau) -> None:
    make_source("hotline", is_platform=True)
    item, row = parked(), dead(bureau)
    shown = Desk(bureau.people["sysadmin"]).get(LETTERS).content.decode()
    assert "orderNo" in shown
    for secret in (PARTY.phone, PARTY.name, "缺少编号", "422", row.ticket.number, row.inquiry.number):
        assert secret not in shown
    assert item.field in shown


def test_each_platform_says_how_it_stands(bureau: Bureau, desk: Desk) -> None:
    for code in ("hotline", "business", "petition"):
        make_source(code, is_platform=True)
    Source.objects.filter(pk="inspection").update(is_active=False)
    now = clock.now()
    Cursor.objects.create(source="hotline", pulled_at=now)
    Cursor.objects.create(source="petition", pulled_at=now - timedelta(hours=2), trouble=f"504 {PARTY.phone}")
    breaker.stopped("business", "401 密钥错误")
    parked()
    waits = dead(bureau, Post.PENDING)
    found = {each.code: each for each in standing.standings(now)}
    assert {code: each.health.value for code, each in found.items()} == {
        "hotline": "well", "business": "stopped", "petition": "late", "inspection": "off"
    }  # fmt: skip
    assert (found["hotline"].parked, found["hotline"].to_leave, found["hotline"].oldest) == (1, 1, waits.created_at)
    shown = desk.get("/platforms/").content.decode()
    assert shown.index("已停止访问，待人工处理") < shown.index("长时间未拉取") < shown.index("正常")
    assert PARTY.phone not in shown
    assert "401 密钥错误" in found["business"].trouble, "what stopped it is said"
    for name in ("handler", "dispatcher"):
        Desk(bureau.people[name]).client.post("/platforms/business/lift/")
        assert breaker.is_open("business", now) == (name == "handler")
    assert Event.objects.get(chain="platforms").action == "breaker_lifted"


def test_what_stands_costs_the_same_whatever_waits(bureau: Bureau, desk: Desk) -> None:
    make_source("hotline", is_platform=True)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address).status_code == 200
        return len(seen)

    for number in range(3):
        parked(number)
        dead(bureau)
    before = {address: cost(address) for address in ("/platforms/", LETTERS)}
    for number in range(3, 30):
        parked(number)
        dead(bureau)
    assert {address: cost(address) for address in before} == before
    assert "下一页" not in desk.get(LETTERS).content.decode()
    parked(99)
    assert "下一页" in desk.get(LETTERS).content.decode()


def test_a_record_is_read_covered_and_the_reading_is_journalled(bureau: Bureau, desk: Desk) -> None:
    item = parked()
    shown = desk.get(f"/platforms/in/{item.pk}/").content.decode()
    assert "&quot;orderNo&quot;" in shown
    assert PARTY.phone not in shown
    assert PARTY.name not in shown
    assert Event.objects.filter(chain="inbox", action="show_raw").count() == 1
    assert desk.get("/platforms/in/999999/").status_code == 404


def test_a_record_is_opened_in_full_and_logged_by_hand(bureau: Bureau, desk: Desk) -> None:
    item, ticket = parked(), dispatched(bureau)
    address = f"/platforms/in/{item.pk}/"
    whole = desk.client.post(address, {"do": "open"}).content.decode()
    assert PARTY.phone in whole
    assert PARTY.name in whole
    assert Event.objects.get(chain="inbox", action="open_raw").user_id == bureau.people["dispatcher"].pk
    wrong = desk.client.post(address, {"do": "by_hand", "number": "SZ-0"})
    assert (wrong.status_code, "没有编号为“SZ-0”的工单。" in wrong.content.decode()) == (409, True)
    assert 'value="SZ-0"' in wrong.content.decode(), "what was typed is kept"
    assert desk.client.post(address, {"do": "by_hand", "number": f" {ticket.number} "})["Location"] == LETTERS
    settled = InboxItem.objects.get(pk=item.pk)
    assert (settled.lot, settled.result) == (Lot.BY_HAND.value, ticket.number)
    assert f'href="/tickets/{ticket.number}/"' in desk.get(address).content.decode()
    late = desk.client.post(address, {"do": "open"})
    assert (late.status_code, PARTY.phone in late.content.decode()) == (409, False), "nobody needs to see it any more"
    assert journal.verify().ok


def test_a_record_that_is_no_text_is_opened_as_its_file(bureau: Bureau, desk: Desk) -> None:
    item, scan = parked(), b"%PDF-1.7\x00\xff\xfe\x81"
    InboxItem.objects.filter(pk=item.pk).update(raw=vault.seal(scan), name="../收件/扫描件.pdf")
    answer = desk.client.post(f"/platforms/in/{item.pk}/", {"do": "open"})
    assert b"".join(answer.streaming_content) == scan  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%89%AB%E6%8F%8F%E4%BB%B6.pdf"


def test_a_record_is_discarded_with_a_reason_and_once(bureau: Bureau, desk: Desk) -> None:
    item = parked()
    address = f"/platforms/in/{item.pk}/"
    answer = desk.client.post(address, {"do": "discard", "reason": " "})
    assert (answer.status_code, "请写明作废原因。" in answer.content.decode()) == (409, True)
    assert desk.client.post(address, {"do": "discard", "reason": "平台测试数据"})["Location"] == LETTERS
    assert InboxItem.objects.get(pk=item.pk).lot == Lot.DISCARDED.value
    assert desk.client.post(address, {"do": "discard", "reason": "平台测试数据"}).status_code == 409
    assert journal.verify().ok


def test_a_dead_letter_is_replayed_marked_or_discarded_by_page(bureau: Bureau, desk: Desk) -> None:
    first, second, third = dead(bureau), dead(bureau, Post.UNKNOWN), dead(bureau)
    shown = desk.get(f"/platforms/out/{first.pk}/").content.decode()
    assert "已修复" in shown
    assert PARTY.phone not in shown
    desk.client.post(f"/platforms/out/{first.pk}/", {"do": "replay"})
    wrong = desk.client.post(f"/platforms/out/{second.pk}/", {"do": "mark_sent", "receipt_no": ""})
    assert "请填写平台回执号或凭据。" in wrong.content.decode()
    desk.client.post(f"/platforms/out/{second.pk}/", {"do": "mark_sent", "receipt_no": "R-2026-1"})
    desk.client.post(f"/platforms/out/{third.pk}/", {"do": "discard", "reason": "已电话答复"})
    posts = dict(OutboxRow.objects.filter(pk__in=[first.pk, second.pk, third.pk]).values_list("pk", "post"))
    assert posts == {first.pk: "pending", second.pk: "accepted", third.pk: "discarded"}
    assert OutboxRow.objects.get(pk=second.pk).receipt_no == "R-2026-1"
    again = desk.client.post(f"/platforms/out/{first.pk}/", {"do": "replay"})
    assert again.status_code == 409
    assert journal.verify().ok


def test_many_are_replayed_each_with_its_result(bureau: Bureau, desk: Desk) -> None:
    item, row = parked(), dead(bureau)
    desk.client.post(f"{LETTERS}replay/", {"record": [item.pk, "x"], "message": [row.pk]})
    shown = desk.get(LETTERS).content.decode()
    assert "1 条通过，2 条未通过" in shown
    assert "号来件仍不能入库。" in shown
    assert OutboxRow.objects.get(pk=row.pk).post == Post.PENDING.value
    assert desk.client.post(f"{LETTERS}replay/")["Location"] == LETTERS


def test_the_hall_counts_what_waits_here(bureau: Bureau, desk: Desk) -> None:
    parked()
    dead(bureau)
    shown = desk.get("/office/").content.decode()
    assert '<span>待人工处理来件</span> <span class="count amber">1</span>' in shown
    assert '<span>未送达</span> <span class="count amber">1</span>' in shown
