"""Pushing: in order per inquiry, one key for every attempt, every end of a call settled rightly and journalled."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from integrations import breaker, lease, outgoing, push
from integrations.models import Lease
from tests.integrations.exchange import Clock, PlainPlatform
from tests.integrations.posting import make_reply_row, make_row
from tests.tickets.making import NOW, make_inquiry, make_ticket
from tickets.actions import delivery
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.messages import Party, Receipt, Telling
from tickets.domain.words import Role
from tickets.models import Attachment, Event, Inquiry, OutboxRow, Person, Post

pytestmark = pytest.mark.everywhere


def post(row: OutboxRow) -> str:
    row.refresh_from_db()
    return row.post


def actions(row: OutboxRow) -> list[str]:
    return list(Event.objects.filter(ticket=row.ticket).order_by("seq").values_list("action", flat=True))[1:]


def until_settled(row: OutboxRow, clock: Clock, most: int = 60) -> str:
    """Push again and again, as the beat does, with the clock moving on."""
    for _ in range(most):
        push.push("hotline", clock=clock)
        if post(row) not in (Post.PENDING, Post.SENDING):
            break
        clock.move(minutes=35)
    return post(row)


def test_an_accepted_row_has_its_receipt_and_its_place_in_the_journal(platform: PlainPlatform, clock: Clock) -> None:
    row = make_row()
    assert push.push("hotline", clock=clock) == {"accepted": 1}
    assert (post(row), row.receipt_no, row.sent_at, row.attempts) == (Post.ACCEPTED, "R0001", NOW, 1)
    assert (row.lease_token, row.lease_until, row.next_at) == ("", None, None)
    assert actions(row) == ["delivered"]
    assert platform.told[0].key == f"ob-{row.pk:06d}"
    row.inquiry.refresh_from_db()
    assert row.inquiry.outer_state == "in_progress"


def test_rows_of_one_inquiry_leave_in_order_and_others_do_not_wait(platform: PlainPlatform, clock: Clock) -> None:
    inquiry = make_inquiry(make_ticket())
    first, second, other = make_row(inquiry, Telling.SIGN), make_row(inquiry), make_row()
    platform.moods_of[inquiry.number] = 500
    push.push("hotline", clock=clock)
    assert (post(first), post(second), post(other)) == (Post.PENDING, Post.PENDING, Post.ACCEPTED)
    del platform.moods_of[inquiry.number]
    clock.move(seconds=10)
    push.push("hotline", clock=clock)
    assert [told.telling for told in platform.told if told.number == inquiry.number] == ["sign", "contact"]


def test_a_dead_row_holds_back_what_follows_until_a_person_settles_it(platform: PlainPlatform, clock: Clock) -> None:
    inquiry = make_inquiry(make_ticket())
    first, second = make_row(inquiry, Telling.SIGN), make_row(inquiry)
    platform.moods.append(422)
    push.push("hotline", clock=clock)
    assert (post(first), post(second)) == (Post.DEAD, Post.PENDING)
    assert "422" in first.trouble
    delivery.discard(row_id=first.pk, actor=SYSTEM, now=clock(), reason="平台已电话确认")
    push.push("hotline", clock=clock)
    assert post(second) == Post.ACCEPTED
    assert actions(first) == ["delivery_failed", "delivery_discarded", "delivered"]


@pytest.mark.parametrize("mood", ["lost", "drop"])
def test_an_unclear_end_is_sent_again_under_the_same_key(platform: PlainPlatform, clock: Clock, mood: str) -> None:
    row = make_row()
    platform.moods.append(mood)
    push.push("hotline", clock=clock)
    assert post(row) == Post.PENDING
    assert row.evidence["unclear_at"]
    assert until_settled(row, clock) == Post.ACCEPTED
    assert len(platform.told) == 1, "the platform acted once"
    assert row.receipt_no == "R0001"


def test_an_unclear_reply_is_looked_for_before_it_is_sent_again(platform: PlainPlatform, clock: Clock) -> None:
    row = make_reply_row()
    platform.moods.append("lost")
    push.push("hotline", clock=clock)
    clock.move(seconds=10)
    push.push("hotline", clock=clock)
    assert post(row) == Post.ACCEPTED
    assert [asked.method for asked in platform.asked] == ["POST", "GET"], "found there, so not sent twice"
    assert row.evidence["looked"]


def test_an_unclear_reply_that_is_not_there_goes_again_while_the_key_lives(
    platform: PlainPlatform, clock: Clock
) -> None:
    row = make_reply_row()
    platform.moods.append(500)
    push.push("hotline", clock=clock)
    assert until_settled(row, clock) == Post.ACCEPTED
    assert len(platform.told) == 1


def test_after_the_key_has_died_a_person_decides(platform: PlainPlatform, clock: Clock) -> None:
    row = make_reply_row()
    platform.moods.append(500)
    push.push("hotline", clock=clock)
    clock.move(days=8)
    push.push("hotline", clock=clock)
    assert post(row) == Post.UNKNOWN
    assert not platform.told
    marked = delivery.mark_sent(row_id=row.pk, actor=SYSTEM, now=clock(), receipt_no="电话核实 HZ001")
    assert (marked.post, marked.settled_by) == (Post.ACCEPTED, "system")


def test_a_sender_that_died_leaves_an_unclear_row(platform: PlainPlatform, clock: Clock) -> None:
    row = make_reply_row()
    delivery.claim(source="hotline", now=clock(), span=push.ROW_LEASE)
    assert push.push("hotline", clock=clock) == {}, "still leased"
    clock.move(seconds=61)
    push.push("hotline", clock=clock)
    assert post(row) == Post.ACCEPTED
    assert platform.asked[0].method == "GET", "it may have been sent: asked first"


def test_who_lost_the_lease_settles_nothing(platform: PlainPlatform, clock: Clock) -> None:
    row = make_row()
    [mine] = delivery.claim(source="hotline", now=clock(), span=push.ROW_LEASE)
    clock.move(seconds=61)
    push.push("hotline", clock=clock)
    assert not delivery.accepted(mine, Receipt(receipt_no="late"), clock())
    assert not delivery.dead(mine, "late", clock())
    assert not delivery.retry(mine, clock(), "late")
    assert (post(row), row.receipt_no) == (Post.ACCEPTED, "R0001")
    assert actions(row) == ["delivered"]


def test_a_conflict_counts_as_done_when_the_platform_holds_what_we_wanted(
    platform: PlainPlatform, clock: Clock
) -> None:
    inquiry = make_inquiry(make_ticket())
    row = make_row(inquiry, Telling.SIGN)
    platform.moods.append(409)
    platform.states[inquiry.number] = "in_progress"
    push.push("hotline", clock=clock)
    assert post(row) == Post.ACCEPTED


def test_a_conflict_for_anything_else_is_for_a_person(platform: PlainPlatform, clock: Clock) -> None:
    inquiry = make_inquiry(make_ticket())
    row = make_reply_row(inquiry)
    platform.moods.append(409)
    platform.states[inquiry.number] = "closed"
    push.push("hotline", clock=clock)
    assert post(row) == Post.DEAD
    assert actions(row) == ["delivery_failed"]


def test_slow_down_waits_as_long_as_asked(platform: PlainPlatform, clock: Clock) -> None:
    row = make_row()
    platform.moods.append(429)
    platform.retry = "120"
    push.push("hotline", clock=clock)
    assert (post(row), row.next_at) == (Post.PENDING, NOW + timedelta(seconds=120))
    assert not row.evidence.get("unclear_at"), "a refusal is no unclear end"
    clock.move(seconds=119)
    assert push.push("hotline", clock=clock) == {}
    clock.move(seconds=1)
    assert push.push("hotline", clock=clock) == {"accepted": 1}


def test_a_wrong_key_stops_the_platform_and_keeps_every_row(platform: PlainPlatform, clock: Clock) -> None:
    rows = [make_row() for _ in range(3)]
    platform.moods.append(401)
    push.push("hotline", clock=clock)
    clock.move(days=1)
    push.push("hotline", clock=clock)
    assert len(platform.asked) == 1
    breaker.resumed("hotline")
    push.push("hotline", clock=clock)
    assert [post(row) for row in rows] == [Post.ACCEPTED] * 3


def test_the_waits_grow_and_are_spread() -> None:
    waits = [breaker.backoff(n, push.FIRST_RETRY, push.LONGEST_RETRY, "ob-1").total_seconds() for n in range(1, 40)]
    assert all(0.75 * min(2 * 2**n, 1800) <= wait <= 1.25 * min(2 * 2**n, 1800) for n, wait in enumerate(waits))
    assert len({breaker.backoff(5, push.FIRST_RETRY, push.LONGEST_RETRY, f"ob-{n}") for n in range(20)}) > 15


def test_one_pusher_a_platform(platform: PlainPlatform, clock: Clock) -> None:
    make_row()
    with lease.held(Lease.objects, "push:hotline", clock=clock):
        assert push.push("hotline", clock=clock) == {"busy": 1}
    assert push.push("hotline", clock=clock) == {"accepted": 1}


def test_a_message_has_its_moments_and_the_callers_number() -> None:
    person = Person(created_at=NOW)
    person.fill(Party(name="测试甲", phone="19900001234"))
    row = OutboxRow(
        pk=7, telling="reply", round=1, redo_no=0, source_id="hotline",
        facts={"replied_at": NOW.isoformat(), "promised_on": "2026-03-20", "note_at": "soon", "text": "答复", "contacted_at": None},
    )  # fmt: skip
    row.inquiry = Inquiry(pk=1, number="260302091200000001", round=1, person=person)
    message = outgoing.build(row)
    assert message.key == "ob-000007"
    assert message.facts["replied_at"] == NOW
    assert isinstance(message.facts["replied_at"], datetime)
    assert message.facts["promised_on"] == date(2026, 3, 20)
    assert message.facts["note_at"] == "soon"
    assert message.facts["contact_phone"] == "19900001234"


@pytest.mark.django_db
def test_only_the_office_settles_rows_and_only_those_that_wait_for_it() -> None:
    row = make_row()
    clerk = Actor(name="测试乙", roles=frozenset({Role.HANDLER}), user_id=None)
    for actor, code in ((clerk, "role"), (SYSTEM, "post")):
        with pytest.raises(delivery.UnableToDeliver) as refusal:
            delivery.replay(row_id=row.pk, actor=actor, now=NOW)
        assert refusal.value.code == code
    with pytest.raises(delivery.UnableToDeliver) as refusal:
        delivery.replay(row_id=10**9, actor=SYSTEM, now=NOW)
    assert refusal.value.code == "unknown"


def test_a_dead_row_is_sent_again_on_request(platform: PlainPlatform, clock: Clock) -> None:
    row = make_row()
    platform.moods.append(403)
    push.push("hotline", clock=clock)
    assert post(row) == Post.DEAD
    delivery.replay(row_id=row.pk, actor=SYSTEM, now=clock())
    push.push("hotline", clock=clock)
    assert (post(row), row.settled_by) == (Post.ACCEPTED, "system")
    assert actions(row) == ["delivery_failed", "delivery_replayed", "delivered"]


@pytest.mark.django_db
def test_what_was_handed_over_is_accepted_when_its_receipt_comes(clock: Clock) -> None:
    row = make_row()
    [mine] = delivery.claim(source="hotline", now=clock(), span=push.ROW_LEASE)
    assert delivery.accepted(mine, Receipt(pending=True), clock())
    assert post(row) == Post.HANDED_OVER
    following = make_row(row.inquiry)
    assert delivery.ready(clock()).get() == following, "a row handed over holds nothing back"
    assert delivery.receipt_came(inquiry=row.inquiry, accepted=False, receipt_no="r1", now=clock()) == 1
    assert (post(row), row.receipt_no, row.evidence["verdict"]) == (Post.ACCEPTED, "r1", "rejected")
    assert delivery.receipt_came(inquiry=row.inquiry, accepted=True, receipt_no="r1", now=clock()) == 0


def test_a_file_still_to_be_fetched_holds_the_row_a_lost_one_needs_a_person(
    platform: PlainPlatform, clock: Clock
) -> None:
    waiting, lost = make_row(), make_row()
    file = Attachment.objects.create(ticket=waiting.ticket, name="现场.jpg", state="waiting", added_at=NOW)
    OutboxRow.objects.filter(pk=waiting.pk).update(files=[file.pk])
    OutboxRow.objects.filter(pk=lost.pk).update(files=[10**9])
    push.push("hotline", clock=clock)
    assert (post(waiting), post(lost)) == (Post.PENDING, Post.DEAD)
    assert not platform.asked
