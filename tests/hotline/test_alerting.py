"""What waits in a tray is told outside the house: once, together, without names, not at night; and chosen on the profile."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hotline.acting import alerting
from hotline.models import User
from tests.hotline.bureau import Bureau, Desk, log_matter
from tickets import clock
from tickets.actions import notices
from tickets.actions.timers.digests import FEW, gather
from tickets.domain.words import Role, Urgency
from tickets.models import Alert, AlertLine, Notice

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


@pytest.fixture
def leader(bureau: Bureau, settings: Any) -> User:
    settings.ALERTS = {"email": {"address": "127.0.0.1:25"}}
    settings.ALERT_QUIET = (time(21), time(7, 30))
    settings.PUBLIC_ADDRESS = "https://hotline.example"
    user = bureau.people["leader"]
    user.alert_road, user.alert_address, user.alert_since = "email", "leader@example.test", NOON - timedelta(hours=1)
    user.save()
    return user


def tell(number: int, now: datetime = NOON, **facts: Any) -> None:
    for each in range(number):
        key = f"{now}:{each}:{Notice.objects.count()}"
        notices.tell(key=key, kind="extension_asked", role=Role.LEADER, now=now, **facts)


def test_one_message_of_all_that_waits_and_once(leader: User) -> None:
    ticket = log_matter(title="张三的房子")
    tell(2, ticket=ticket)
    assert alerting.write_all(now=NOON) == 1
    assert alerting.write_all(now=NOON) == 0
    alert = Alert.objects.get()
    assert (alert.user_id, alert.address, alert.subject) == (leader.pk, "leader@example.test", "您有 2 条待办提醒")
    assert alert.text.splitlines() == [f"{ticket.number} 延期待批"] * 2 + ["https://hotline.example/tray/"]
    assert AlertLine.objects.count() == 2
    tell(1, ticket=ticket)
    assert alerting.write_all(now=NOON + timedelta(minutes=1)) == 1
    assert Alert.objects.first().subject == "您有 1 条待办提醒"  # type: ignore[union-attr]


def test_a_reminder_says_when_its_own_limit_ends(leader: User) -> None:
    """Not when the ticket's first one does."""
    ticket = log_matter()
    due = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
    facts = {"clock": "reply", "due": due.isoformat()}
    notices.tell(key="k", kind="clock_warned", role=Role.LEADER, now=NOON, ticket=ticket, facts=facts)
    alerting.write_all(now=NOON)
    assert "（3月6日 17:30）" in Alert.objects.get().text


def test_many_are_counted(leader: User) -> None:
    tell(40)
    assert alerting.write_all(now=NOON) == 1
    assert Alert.objects.get().text.splitlines()[0] == "延期待批：40 件"


def test_at_night_only_what_is_critical(leader: User) -> None:
    tell(3, NIGHT)
    assert alerting.write_all(now=NIGHT) == 0
    tell(1, NIGHT, ticket=log_matter(urgency=Urgency.CRITICAL))
    assert alerting.write_all(now=NIGHT) == 1
    assert Alert.objects.get().subject == "您有 1 条待办提醒"
    assert alerting.write_all(now=NIGHT + timedelta(hours=9)) == 1
    assert Alert.objects.first().subject == "您有 3 条待办提醒"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("begin", "end", "at", "quiet"),
    [
        (time(21), time(7, 30), time(22), True), (time(21), time(7, 30), time(7, 29), True), (time(21), time(7, 30), time(7, 30), False),
        (time(12), time(14), time(13), True), (time(12), time(14), time(14), False), (time(0), time(0), time(3), False),
    ],
)  # fmt: skip
def test_quiet_hours(begin: time, end: time, at: time, quiet: bool, settings: Any) -> None:
    settings.ALERT_QUIET = (begin, end)
    moment = datetime(2026, 3, 4, at.hour, at.minute, tzinfo=UTC) - timedelta(hours=8)
    assert alerting.is_quiet(moment) is quiet


def test_nothing_of_before_the_choice_nothing_read_nothing_of_others(leader: User, bureau: Bureau) -> None:
    tell(1, NOON - timedelta(hours=2))
    tell(1)
    desk = Desk(leader)
    desk.client.post("/tray/", {"notice": [Notice.objects.latest("id").pk]})
    notices.tell(key="x", kind="to_send", role=Role.DISPATCHER, now=NOON)
    assert alerting.write_all(now=NOON) == 0


def test_five_thousand_at_once_are_one_line_and_one_message(leader: User) -> None:
    facts = {"clock": "reply", "card": "red"}
    heap = [
        Notice(key=f"k{n}", kind="clock_escalated", role="leader", facts=facts | {"timer": n}, created_at=NOON)
        for n in range(5000)
    ]
    for place in range(0, 5000, 500):
        assert gather(heap[place : place + 500], NOON) == []
    [line] = Notice.objects.filter(kind="clock_escalated")
    assert line.facts == {"count": 5000, "clock": "reply", "card": "red"}
    assert "5000 件：答复超期上报（红牌）" in Desk(leader).client.get("/tray/").content.decode()
    assert alerting.write_all(now=NOON) == 1
    assert Alert.objects.get().subject == "您有 5000 条待办提醒"


def test_few_lines_join_the_count_that_has_begun_and_of_several_clocks_none_is_named() -> None:
    def heap(number: int, clock: str) -> list[Notice]:
        return [
            Notice(key=f"{clock}{n}", kind="clock_due", role="leader", facts={"clock": clock}) for n in range(number)
        ]

    assert gather(heap(FEW + 1, "sign"), NOON) == []
    assert gather(heap(1, "reply"), NOON) == []
    assert Notice.objects.get(kind="clock_due").facts == {"count": FEW + 2}
    later = heap(1, "reply")
    assert gather(later, NOON + timedelta(seconds=1)) == later, "another moment is told by itself"


def test_few_lines_stay_one_by_one() -> None:
    heap = [Notice(key=f"k{n}", kind="clock_due", role="leader", facts={"clock": "sign"}) for n in range(FEW)]
    assert gather(heap, NOON) == heap


def test_chosen_on_the_profile(bureau: Bureau, settings: Any) -> None:
    person = bureau.people["handler"]
    client = Desk(person).client
    assert "尚未开通" in client.get("/me/").content.decode()
    settings.ALERTS = {"email": {"address": "127.0.0.1:25"}, "wecom": {"address": ""}}
    assert (
        "邮箱地址不正确"
        in client.post("/me/alerts/", {"road": "email", "address": "nobody"}, follow=True).content.decode()
    )
    assert "未开通" in client.post("/me/alerts/", {"road": "wecom", "address": "zhang"}, follow=True).content.decode()
    before = clock.now()
    assert (
        "已保存"
        in client.post("/me/alerts/", {"road": "email", "address": "a@example.test"}, follow=True).content.decode()
    )
    person.refresh_from_db()
    assert (person.alert_road, person.alert_address) == ("email", "a@example.test")
    assert person.alert_since is not None
    assert person.alert_since >= before
    client.post("/me/alerts/", {"road": ""})
    person.refresh_from_db()
    assert (person.alert_road, person.alert_address, person.alert_since) == ("", "", None)


def test_a_step_shows_its_card(leader: User) -> None:
    notices.tell(key="c", kind="clock_escalated", role=Role.LEADER, now=NOON, facts={"clock": "reply", "card": "red"})
    alerting.write_all(now=NOON)
    assert Alert.objects.get().text.splitlines()[0] == "答复超期上报（红牌）"
