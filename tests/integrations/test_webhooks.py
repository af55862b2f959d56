"""Pushes of the business platform: verified raw, stored, answered, and taken in once however often they come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from integrations import inbox, registry, tasks
from integrations.adapters.business.signing import sign
from integrations.models import InboxItem, Lot
from tests.tickets.making import make_reference
from tickets import clock
from tickets.models import Ticket

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]

DEMAND: dict[str, Any] = {
    "demandNo": "QY2026030200000017", "round": 1, "redoNo": 0, "seq": 1, "status": "assigned",
    "enterprise": {"name": "宿州样例建材有限公司", "uscc": "91341300MA00000000"}, "contact": {"name": "测试丁", "mobile": "19900003001"},
    "title": "厂区门口市政道路施工影响货车进出", "content": "示范路封闭施工后货车无法进厂。", "assignedAt": "2026-03-02T09:15:03+08:00",
    "limits": {"startBy": "2026-03-03", "answerBy": "2026-03-05", "solveBy": "2026-03-23T17:30:00+08:00"}, "attachments": [],
}  # fmt: skip
EVENT = {
    "id": "evt_0000000000000017", "type": "demand.assigned", "timestamp": "2026-03-02T09:15:03+08:00",
    "data": {"demandNo": "QY2026030200000017", "round": 1, "seq": 1, "detail": {}, "demand": DEMAND},
}  # fmt: skip


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be whispered to the workers."""
    make_reference()
    left: list[dict[str, Any]] = []
    monkeypatch.setattr(
        tasks._messenger, "leave", lambda task, arguments: left.append({"task": task.name, **arguments})
    )
    return left


def push(body: bytes, *, age: int = 0, signature: str | None = None, key: str = "evt_0000000000000017"):  # type: ignore[no-untyped-def]
    stamp = str(int(clock.now().timestamp()) - age)
    secret = settings.INTEGRATIONS["business"]["webhook_secrets"][0]
    headers = {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": signature or f"v1a,x v1,AAAA {sign(secret, f'{key}.{stamp}.'.encode() + body)}",
    }
    return Client(enforce_csrf_checks=True).post(
        "/hooks/business", body, content_type="application/json", headers=headers
    )


def test_a_signed_push_is_stored_answered_and_taken_in(hints: list[dict[str, Any]]) -> None:
    assert push(json.dumps(EVENT).encode()).status_code == 204
    item = InboxItem.objects.get()
    assert (item.source, item.key, item.lot) == ("business", "evt_0000000000000017", Lot.WAITING)
    assert hints == [{"task": "integrations.tasks.take_in", "item_id": item.pk}]
    tasks.take_in(item_id=item.pk)
    tasks.take_in(item_id=item.pk)
    assert Ticket.objects.get().title == DEMAND["title"]
    item.refresh_from_db()
    assert (item.lot, item.attempts) == (Lot.DONE, 1)


def test_the_same_push_again_and_the_pull_of_it_are_calm() -> None:
    for _ in range(2):
        assert push(json.dumps(EVENT).encode()).status_code == 204
    adapter = registry.adapter("business")
    from integrations.adapters.business import mapping

    inbox.store("business", [mapping.item(EVENT)], clock.now())
    inbox.take_in(adapter, clock.now)
    assert InboxItem.objects.get().times_seen == 3
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("age", "signature"), [(301, None), (-310, None), (0, "v1,AAAA"), (0, "v1a,x")])
def test_a_wrong_signature_or_an_old_one_is_refused_before_anything_is_stored(age: int, signature: str | None) -> None:
    answer = push(json.dumps(EVENT).encode(), age=age, signature=signature)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"]
    assert answer.json()["error"]["message_en"]
    assert not InboxItem.objects.exists()


def test_a_push_over_the_limit_is_refused() -> None:
    answer = push(b'{"pad":"' + b"x" * 1024 * 1024 + b'"}')
    assert answer.status_code == 413
    assert not InboxItem.objects.exists()


def test_a_push_nobody_can_read_is_kept_and_parked() -> None:
    assert push(b"\xff\xfe not json", key="evt_bad").status_code == 204
    tasks.take_in(item_id=InboxItem.objects.get().pk)
    assert InboxItem.objects.get().lot == Lot.PARKED


def test_a_ping_is_answered_and_becomes_nothing() -> None:
    body = json.dumps({"type": "endpoint.ping", "timestamp": "2026-03-02T09:15:03+08:00", "data": {}}).encode()
    assert push(body, key="evt_ping").status_code == 204
    tasks.take_in(item_id=InboxItem.objects.get().pk)
    assert (InboxItem.objects.get().lot, Ticket.objects.count()) == (Lot.DONE, 0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("post", "/hooks/nobody", 404), ("post", "/hooks/hotline", 404), ("get", "/hooks/business", 405)],
)
def test_other_addresses_and_methods_say_what_is_wrong(method: str, path: str, status: int) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
