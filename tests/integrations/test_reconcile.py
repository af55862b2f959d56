"""Both books as sets: what differs is named, what agrees is not."""

from __future__ import annotations

import pytest

from integrations import push, reconcile
from integrations.models import InboxItem
from integrations.protocol import Book
from tests.integrations.exchange import Clock, PlainPlatform
from tests.integrations.posting import make_reply_row, make_row
from tests.tickets.making import NOW, make_inquiry, make_ticket, make_user
from tickets.models import Inquiry

pytestmark = pytest.mark.everywhere
A = Book("260302091200000001", 1, "sent", reply_digest="aa")


def test_equal_books_have_no_difference() -> None:
    assert reconcile.compare([A], [A]) == []
    assert reconcile.compare([A], [Book(A.number, 1, "", reply_digest="aa")]) == [], "a state not told is no difference"


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        ([], [A], "missing_here"),
        ([A], [], "missing_there"),
        ([A], [Book(A.number, 1, "closed", reply_digest="aa")], "state"),
        ([A], [Book(A.number, 1, "sent", redo_no=1, reply_digest="aa")], "redo_no"),
        ([A], [Book(A.number, 1, "sent", reply_digest="bb")], "reply"),
    ],
)
def test_every_kind_of_difference_is_named(ours: list[Book], theirs: list[Book], what: str) -> None:
    assert [each.what for each in reconcile.compare(ours, theirs)] == [what]


def test_rounds_of_one_number_are_told_apart() -> None:
    second = Book(A.number, 2, "registered")
    assert [(each.round, each.what) for each in reconcile.compare([A], [A, second])] == [(2, "missing_here")]


@pytest.mark.django_db
def test_what_is_underway_is_marked(clock: Clock) -> None:
    row = make_row()
    key = (row.inquiry.number, 1)
    InboxItem.objects.create(
        source="hotline", key="e", digest="d", raw=b"", identity="260302091200000099#1", received_at=NOW
    )
    moving = reconcile.underway("hotline", [key, ("260302091200000099", 1), ("260302091200000098", 1)])
    assert moving == {key, ("260302091200000099", 1)}
    [difference] = reconcile.compare([], [Book(*key, "sent")], moving)
    assert difference.is_underway


def test_a_round_is_looked_at_over_the_wire(platform: PlainPlatform, clock: Clock) -> None:
    row = make_reply_row(make_inquiry(make_ticket()), author_id=make_user("shili").pk)
    push.push("hotline", clock=clock)
    key = (row.inquiry.number, 1)
    Inquiry.objects.filter(pk=row.inquiry_id).update(outer_state="sent")
    assert reconcile.look("hotline", [key]) == []
    platform.states[key[0]] = "bounced"
    assert [each.what for each in reconcile.look("hotline", [key])] == ["state"]
    assert reconcile.moved_on("hotline", "2026-03-02") == {key}
    assert reconcile.moved_on("hotline", "2026-03-03") == set()
