"""代理: named by whoever may, for some days; the deputy acts with the roles of the one who is away, under his own name, and passes
neither's texts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hotline.models import Deputy, User
from tests.hotline.bureau import Bureau, Desk, dispatched, log_matter
from tickets import clock
from tickets.actions import handling, notices, replies, routing
from tickets.domain.moments import to_local
from tickets.domain.words import Role
from tickets.models import Event, Notice, Ticket
from tickets.queries import journal


def today() -> date:
    return to_local(clock.now()).date()


def asked(absent: str, deputy: str, first: int = 0, last: int = 3, reason: str = "出差") -> dict[str, Any]:
    days = [(today() + timedelta(days=n)).isoformat() for n in (first, last)]
    return {"absent": absent, "deputy": deputy, "first_day": days[0], "last_day": days[1], "reason": reason}


def name(by: User, absent: str, deputy: str, first: int = 0, last: int = 3) -> Any:
    return Desk(by).client.post("/deputies/", asked(absent, deputy, first, last))


def sit(user: User) -> Client:
    """At the desk of whoever he stands in for first."""
    browser = Desk(user).client
    row = Deputy.objects.filter(deputy=user, is_active=True).first()
    answer = browser.post("/deputies/act/", {"deputyship": row.pk if row else 0})
    assert answer.headers["Location"] == "/"
    return browser


@pytest.mark.parametrize(
    ("by", "absent", "deputy", "is_good"),
    [
        ("handler", "handler", "chief", True),
        ("chief", "handler", "stranger", True),
        ("security", "leader", "dispatcher", True),
        ("stranger", "handler", "chief", False),
        ("strange_chief", "handler", "chief", False),
        ("sysadmin", "handler", "chief", False),
        ("security", "auditor", "chief", False),
        ("security", "sysadmin", "chief", False),
        ("handler", "handler", "handler", False),
        ("handler", "handler", "auditor", False),
        ("handler", "handler", "sysadmin", False),
        ("handler", "handler", "adapter", False),
        ("handler", "handler", "nobody", False),
    ],
)
def test_who_names_whom(bureau: Bureau, by: str, absent: str, deputy: str, is_good: bool) -> None:
    answer = name(bureau.people[by], absent, deputy)
    assert Deputy.objects.exists() == is_good, answer.content.decode()
    assert answer.status_code == (303 if is_good else 422 if answer.status_code == 422 else 409)
    if is_good:
        told = Notice.objects.filter(kind="deputy_named").values_list("user__username", flat=True)
        assert set(told) == {absent, deputy}
        assert Event.objects.filter(chain="accounts", action="deputy_named").count() == 1
        assert Deputy.objects.get().history.count() == 1


@pytest.mark.parametrize("roles", [["handler", "dispatcher"], ["leader"], ["chief", "intake"]])
def test_a_chief_lends_no_roles_but_those_of_a_section(bureau: Bureau, roles: list[str]) -> None:
    """The one who is away does it himself, or the security administrator."""
    absent = bureau.people["handler"]
    User.objects.filter(pk=absent.pk).update(roles=roles)
    assert name(bureau.people["chief"], "handler", "stranger").status_code == 409
    form = Desk(bureau.people["chief"]).get("/deputies/").content.decode()
    offered = form.partition('name="absent"')[2].partition("</select>")[0]
    assert 'value="chief"' in offered
    assert f'value="{absent.username}"' not in offered
    assert not Deputy.objects.exists()
    assert name(bureau.people["security"], "handler", "stranger").status_code == 303
    Deputy.objects.update(is_active=False)
    assert name(User.objects.get(pk=absent.pk), "handler", "stranger").status_code == 303


def test_a_chief_never_names_himself(bureau: Bureau) -> None:
    answer = name(bureau.people["chief"], "handler", "chief")
    assert answer.status_code in (409, 422)
    assert not Deputy.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(3, 1), (-5, -1), (0, 400), (2, 5)])
def test_days_that_cannot_be(bureau: Bureau, first: int, last: int) -> None:
    name(bureau.people["handler"], "handler", "chief", 1, 3)
    answer = name(bureau.people["handler"], "handler", "stranger", first, last)
    assert answer.status_code == 409
    assert "出差" in answer.content.decode(), "what was typed stays"
    assert Deputy.objects.count() == 1


def test_the_deputy_acts_with_the_others_roles_and_section_under_his_own_name(bureau: Bureau) -> None:
    """The handler of another section signs, contacts and drafts; the work is the absent one's."""
    ticket = dispatched(bureau)
    deputy, absent = bureau.people["stranger"], bureau.people["handler"]
    assert Desk(deputy).client.get(f"/tickets/{ticket.number}/").status_code == 404
    name(absent, "handler", "stranger")
    browser = sit(deputy)
    page = browser.get("/desk/?list=queue").content.decode()
    assert ticket.number in page
    assert f"代 {absent}" in page
    assert browser.post(f"/tickets/{ticket.number}/sign/", {"version": ticket.version}).status_code == 303
    ticket.refresh_from_db()
    assert ticket.handler == absent
    event = Event.objects.get(ticket=ticket, action="sign")
    assert event.actor == f"user:{deputy.pk} for user:{absent.pk}"
    assert event.user_id == deputy.pk
    assert str(ticket.history.first().history_user) == str(deputy)
    assert ticket.history.first().history_change_reason.endswith(f"[{event.actor}]")
    assert f"{deputy}（代{absent}）" in browser.get(f"/tickets/{ticket.number}/").content.decode()
    assert ticket.number in browser.get("/desk/?list=mine").content.decode()
    assert journal.verify().ok, journal.verify().text
    told = Desk(absent).get(f"/api/tickets/{ticket.number}/timeline").json()["rows"]
    assert any(row["actor"] == f"{deputy}（代{absent}）" for row in told)


def test_back_at_his_own_desk_he_sees_his_own_work_only(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    name(bureau.people["handler"], "handler", "stranger")
    browser = sit(bureau.people["stranger"])
    assert browser.get("/api/me").json()["acts_for"] == str(bureau.people["handler"])
    browser.post("/deputies/act/", {"deputyship": ""})
    assert browser.get(f"/tickets/{ticket.number}/").status_code == 404
    actions = Event.objects.filter(chain="sign-in").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["stands_in", "stood_in_until_now"]


@pytest.mark.parametrize("ending", ["day", "ended", "switched_off"])
def test_it_ends_at_once(bureau: Bureau, settings: Any, ending: str) -> None:
    ticket = dispatched(bureau)
    name(bureau.people["handler"], "handler", "stranger")
    browser = sit(bureau.people["stranger"])
    address = f"/tickets/{ticket.number}/"
    assert browser.get(address).status_code == 200
    if ending == "day":
        settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 24 * 60 * 9, 24 * 9
        settings.CLOCK_OFFSET += timedelta(days=4)
    elif ending == "ended":
        row = Deputy.objects.get()
        assert Desk(bureau.people["handler"]).client.post(f"/deputies/{row.pk}/end/").status_code == 303
    else:
        User.objects.filter(pk=bureau.people["handler"].pk).update(is_active=False)
    assert browser.get(address).status_code == 404
    assert browser.get("/api/me").json()["acts_for"] is None


def test_nobody_sits_where_he_was_not_asked_to(bureau: Bureau) -> None:
    name(bureau.people["handler"], "handler", "stranger", 2, 3)
    row = Deputy.objects.get()
    for who in ("stranger", "helper"):
        browser = Desk(bureau.people[who]).client
        assert browser.post("/deputies/act/", {"deputyship": row.pk}).headers["Location"] == "/deputies/"
        assert browser.get("/api/me").json()["acts_for"] is None
    assert Desk(bureau.people["helper"]).client.post(f"/deputies/{row.pk}/end/").status_code == 409
    assert Deputy.objects.get().is_active


def test_watching_roles_are_never_lent(bureau: Bureau) -> None:
    """Also when the one who is away has been given one since."""
    name(bureau.people["handler"], "handler", "stranger")
    User.objects.filter(pk=bureau.people["handler"].pk).update(roles=["auditor"])
    browser = Desk(bureau.people["stranger"]).client
    browser.post("/deputies/act/", {"deputyship": Deputy.objects.get().pk})
    assert browser.get("/api/me").json()["acts_for"] is None


def submitted(bureau: Bureau, ticket: Ticket, author: Any) -> None:
    now = clock.now()
    replies.draft(
        ticket=ticket,
        actor=author,
        now=now,
        outcome="solved",
        public_text="围挡已修复，感谢监督。",
        handling="已修复。",
    )
    replies.submit(ticket=ticket, actor=author, now=now)


def test_nobody_passes_a_text_that_he_or_the_absent_one_wrote(bureau: Bureau) -> None:
    """The handler deputises for the chief: neither the handler's own text nor the chief's is his to pass."""
    for author in ("handler", "chief"):
        ticket = dispatched(bureau)
        actor = bureau.actor(author)
        handling.sign(ticket=ticket, actor=actor, now=clock.now())
        handling.contact(ticket=ticket, actor=actor, now=clock.now(), reached=True)
        submitted(bureau, ticket, actor)
        if not Deputy.objects.exists():
            name(bureau.people["chief"], "chief", "handler")
        browser = sit(bureau.people["handler"])
        ticket.refresh_from_db()
        answer = browser.post(f"/tickets/{ticket.number}/pass_review/", {"version": ticket.version})
        assert answer.status_code == 409
        assert "不能审核自己起草的答复" in answer.content.decode()
        assert Ticket.objects.get(pk=ticket.pk).state == "first_review"


def test_nobody_grants_what_the_absent_one_asked(bureau: Bureau) -> None:
    both = bureau.people["chief"]
    User.objects.filter(pk=both.pk).update(roles=["chief", "leader"])
    ticket = dispatched(bureau)
    actor = User.objects.get(pk=both.pk).actor()
    handling.sign(ticket=ticket, actor=actor, now=clock.now())
    asked_for = {"reason": "历史遗留", "until": today() + timedelta(days=30), "code": "history"}
    handling.ask_suspension(ticket=ticket, actor=actor, now=clock.now(), **asked_for)  # type: ignore[arg-type]
    name(both, "chief", "dispatcher")
    browser = sit(bureau.people["dispatcher"])
    ticket.refresh_from_db()
    answer = browser.post(f"/tickets/{ticket.number}/grant_suspension/", {"version": ticket.version})
    assert "不能审批自己提出的申请" in answer.content.decode()


def test_the_notices_of_the_absent_one_are_seen_meanwhile(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    absent = bureau.people["handler"]
    notices.tell(key="样例", kind="sent_back", role=Role.HANDLER, now=clock.now(), ticket=ticket, user_id=absent.pk)
    deputy = Desk(bureau.people["stranger"])
    before = deputy.get("/api/notices").json()["unread"]
    name(absent, "handler", "stranger")
    browser = sit(bureau.people["stranger"])
    kinds = [row["kind"] for row in browser.get("/api/notices").json()["rows"]]
    assert "sent_back" in kinds
    browser.post("/deputies/act/", {"deputyship": ""})
    assert "sent_back" not in [row["kind"] for row in browser.get("/api/notices").json()["rows"]]
    assert before == 0


def test_a_text_that_came_back_goes_to_the_handler_when_a_deputy_wrote_it(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    name(bureau.people["handler"], "handler", "stranger")
    browser = sit(bureau.people["stranger"])
    browser.post(f"/tickets/{ticket.number}/sign/", {"version": ticket.version})
    ticket.refresh_from_db()
    from hotline.permissions.deputies import stand_in

    found = stand_in(bureau.people["stranger"], Deputy.objects.get().pk, clock.now())
    assert found is not None
    handling.contact(ticket=ticket, actor=found.actor, now=clock.now(), reached=True)
    submitted(bureau, ticket, found.actor)
    replies.review(ticket=ticket, actor=bureau.actor("chief"), now=clock.now(), passed=False, remark="请补日期")
    assert Notice.objects.get(kind="sent_back").user == bureau.people["handler"]


def test_a_deputy_names_no_deputy(bureau: Bureau) -> None:
    name(bureau.people["chief"], "chief", "stranger")
    browser = sit(bureau.people["stranger"])
    assert "请先退出代办" in browser.get("/deputies/").content.decode()
    browser.post("/deputies/", asked("handler", "helper"))
    assert Deputy.objects.count() == 1


def test_the_page_costs_the_same_for_three_and_for_thirty(bureau: Bureau) -> None:
    desk = Desk(bureau.people["security"])
    counts = []
    for many in (3, 27):
        for number in range(many):
            Deputy.objects.create(
                absent=bureau.people["handler"], deputy=bureau.people["chief"], first_day=today(), last_day=today(),
                reason="出差", is_active=False, arranged_by=bureau.people["security"], arranged_at=clock.now(),
            )  # fmt: skip
            assert number >= 0
        with CaptureQueriesContext(connection) as seen:
            assert desk.get("/deputies/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_matter_that_nobody_has_is_routed_by_the_deputy_of_the_dispatcher(bureau: Bureau) -> None:
    ticket = log_matter()
    name(bureau.people["dispatcher"], "dispatcher", "intake")
    sit(bureau.people["intake"])
    from hotline.permissions.deputies import stand_in

    found = stand_in(bureau.people["intake"], Deputy.objects.get().pk, clock.now())
    assert found is not None
    routing.dispatch(ticket=ticket, section=bureau.lead, actor=found.actor, now=clock.now())
    assert Ticket.objects.get(pk=ticket.pk).section == bureau.lead
