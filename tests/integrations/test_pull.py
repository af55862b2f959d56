"""Pulling: raw first, then taken in; bad records are parked, the rest goes on; a second coming is calm."""

from __future__ import annotations

import pytest

from integrations import breaker, inbox, lease, parked, pull, registry
from integrations.models import Breaker, Cursor, InboxItem, Lease, Lot
from tests.integrations.exchange import Clock, PlainPlatform, chase, dispatch
from tickets.domain.actors import SYSTEM
from tickets.models import Event, Exchange, Inquiry, Ticket, vault

pytestmark = pytest.mark.everywhere


def test_a_page_becomes_tickets_and_the_cursor_moves(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch(f"26030209120000{n:04d}") for n in range(3)]
    done = pull.pull("hotline", clock=clock)
    assert (done.pages, done.new, done.lots["done"], done.lots["ticket"]) == (1, 3, 3, 3)
    assert Ticket.objects.count() == 3
    assert Cursor.objects.get(pk="hotline").cursor == "3"


def test_several_pages_are_read_in_one_run(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [chase("260302091200000001", version=n + 2) for n in range(60)]
    platform.feed.insert(0, dispatch("260302091200000001"))
    done = pull.pull("hotline", clock=clock)
    assert (done.pages, done.new, done.more) == (2, 61, False)
    assert Exchange.objects.filter(happening="chased").count() == 60


def test_the_raw_record_is_kept_sealed_and_opens_again(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000001")]
    pull.pull("hotline", clock=clock)
    item = InboxItem.objects.get()
    assert b"260302091200000001" not in bytes(item.raw)
    assert b"260302091200000001" in vault.unseal(bytes(item.raw))
    assert (item.identity, item.result, item.lot) == ("260302091200000001#1", "ticket", Lot.DONE)


def test_seen_again_is_calm(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000001")] * 2
    pull.pull("hotline", clock=clock)
    Cursor.objects.update(cursor="")
    events = Event.objects.count()
    done = pull.pull("hotline", clock=clock)
    assert (done.new, done.again) == (0, 2)
    assert InboxItem.objects.get().times_seen == 4
    assert (Ticket.objects.count(), Event.objects.count()) == (1, events)


def test_same_id_with_other_content_is_a_conflict_shown(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000001"), dispatch("260302091200000001", title="另一件事")]
    pull.pull("hotline", clock=clock)
    first, second = InboxItem.objects.order_by("pk")
    assert (first.lot, second.lot) == (Lot.DONE, Lot.CONFLICT)
    assert str(first.pk) in second.trouble_zh
    assert second.trouble_en
    assert Ticket.objects.get().title == "样例路夜间施工噪声"


def test_bad_records_are_parked_and_the_rest_goes_on(platform: PlainPlatform, clock: Clock) -> None:
    bad = [{"id": "x1", "kind": "dispatched"}, "not an object", dispatch("260302091200000009", kind="bug")]
    platform.feed = [*bad, dispatch("260302091200000001", title=" "), dispatch("260302091200000002")]
    done = pull.pull("hotline", clock=clock)
    assert (done.lots["parked"], done.lots["ticket"]) == (3, 2)
    unmapped = InboxItem.objects.get(key="x1")
    assert (unmapped.lot, unmapped.field) == (Lot.PARKED, "number")
    assert unmapped.trouble_zh.startswith("缺少编号")
    assert unmapped.trouble_en.startswith("The number")
    assert Cursor.objects.get().cursor == "5"


def test_an_unexpected_error_is_told_without_the_person(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000009", kind="bug")]
    pull.pull("hotline", clock=clock)
    item = InboxItem.objects.get()
    assert item.lot == Lot.PARKED
    assert "RuntimeError" in item.trouble_en
    for secret in ("测试甲", "19900001234", "260302091200000009"):
        assert secret not in item.trouble_zh + item.trouble_en


def test_an_event_before_its_opening_on_the_same_page(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [chase("260302091200000001"), dispatch("260302091200000001")]
    done = pull.pull("hotline", clock=clock)
    assert done.lots["done"] == 2
    assert Ticket.objects.get().chase_count == 1
    assert not [asked for asked in platform.asked if asked.path.startswith("/one/")]


def test_an_event_without_its_opening_fetches_it(platform: PlainPlatform, clock: Clock) -> None:
    platform.openings["260302091200000001"] = dispatch("260302091200000001")
    platform.feed = [chase("260302091200000001")]
    pull.pull("hotline", clock=clock)
    assert Ticket.objects.get().chase_count == 1
    assert [item.lot for item in InboxItem.objects.all()] == [Lot.DONE, Lot.DONE]


def test_an_event_of_a_matter_nobody_knows_is_parked(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [chase("260302091200000001")]
    pull.pull("hotline", clock=clock)
    item = InboxItem.objects.get()
    assert (item.lot, item.field) == (Lot.PARKED, "number")
    assert not Inquiry.objects.exists()


def test_what_was_stored_but_not_read_is_taken_in_by_the_next_run(platform: PlainPlatform, clock: Clock) -> None:
    inbox.store("hotline", registry.adapter("hotline").fetch("").items, clock())
    platform.feed = [dispatch("260302091200000001")]
    inbox.store("hotline", registry.adapter("hotline").fetch("").items, clock())
    platform.feed = []
    assert pull.pull("hotline", clock=clock).lots["ticket"] == 1


def test_two_pulls_of_one_platform_never_run_together(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000001")]
    with lease.held(Lease.objects, "pull:hotline", clock=clock):
        assert pull.pull("hotline", clock=clock).busy
    assert pull.pull("hotline", clock=clock).new == 1


def test_failures_in_a_row_open_the_breaker_and_a_probe_closes_it(platform: PlainPlatform, clock: Clock) -> None:
    platform.pull_moods.extend([500, 500, 500])
    for _ in range(3):
        assert pull.pull("hotline", clock=clock).trouble
    asked = len(platform.asked)
    assert pull.pull("hotline", clock=clock).trouble
    assert len(platform.asked) == asked, "an open breaker lets nobody through"
    clock.move(seconds=20)
    assert breaker.allows("hotline", clock())
    assert not breaker.allows("hotline", clock()), "one probe at a time"
    clock.move(seconds=31)
    assert not pull.pull("hotline", clock=clock).trouble
    assert Breaker.objects.get().failures == 0


def test_a_wrong_key_stops_the_platform_until_a_person_resumes_it(platform: PlainPlatform, clock: Clock) -> None:
    platform.pull_moods.append(401)
    pull.pull("hotline", clock=clock)
    clock.move(days=2)
    assert not breaker.allows("hotline", clock())
    breaker.resumed("hotline")
    assert not pull.pull("hotline", clock=clock).trouble


def test_slow_down_is_honoured(platform: PlainPlatform, clock: Clock) -> None:
    platform.pull_moods.append(429)
    platform.retry = "90"
    pull.pull("hotline", clock=clock)
    clock.move(seconds=89)
    assert not breaker.allows("hotline", clock())
    clock.move(seconds=2)
    assert breaker.allows("hotline", clock())


def test_a_parked_record_is_replayed_once_it_can_be(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [chase("260302091200000001")]
    pull.pull("hotline", clock=clock)
    item = InboxItem.objects.get()
    assert parked.replay(item_id=item.pk, actor=SYSTEM, clock=clock).lot == Lot.PARKED
    platform.openings["260302091200000001"] = dispatch("260302091200000001")
    assert parked.replay(item_id=item.pk, actor=SYSTEM, clock=clock).lot == Lot.DONE
    assert Ticket.objects.get().chase_count == 1
    assert [event.action for event in Event.objects.filter(chain="inbox")] == ["replay", "replay"]
    with pytest.raises(parked.UnableToSettle) as refusal:
        parked.replay(item_id=item.pk, actor=SYSTEM, clock=clock)
    assert refusal.value.code == "lot"


def test_a_conflict_is_taken_in_when_a_person_says_so(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [{"id": "e1", "kind": "dispatched"}, dispatch("260302091200000001", id="e1")]
    pull.pull("hotline", clock=clock)
    conflict = InboxItem.objects.get(lot=Lot.CONFLICT)
    assert parked.replay(item_id=conflict.pk, actor=SYSTEM, clock=clock).lot == Lot.DONE
    assert Ticket.objects.count() == 1


def test_discarding_needs_a_reason_and_is_journalled(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = ["not an object"]
    pull.pull("hotline", clock=clock)
    item = InboxItem.objects.get()
    with pytest.raises(parked.UnableToSettle):
        parked.discard(item_id=item.pk, actor=SYSTEM, reason=" ", now=clock())
    assert parked.discard(item_id=item.pk, actor=SYSTEM, reason="平台误发", now=clock()).lot == Lot.DISCARDED
    assert Event.objects.get(chain="inbox").action == "discard"


def test_showing_a_record_covers_the_person_and_is_journalled(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [{"id": "x", "callerName": "测试甲", "contactPhone": "19900001234", "remark": "电话19900005678"}]
    pull.pull("hotline", clock=clock)
    text = parked.show(item_id=InboxItem.objects.get().pk, actor=SYSTEM, now=clock())
    assert "callerName" in text
    assert not any(secret in text for secret in ("测试甲", "19900001234", "19900005678"))
    assert Event.objects.get(chain="inbox").action == "show_raw"
