"""Sections come and go, people leave: open work passes on through the ledger, clocks run on, old records keep their names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hotline.models import User
from tests.tickets.making import NOW, make_inquiry, make_section, make_ticket, make_user
from tickets.actions import handling, notices, organisation, replies, routing, rules, timers
from tickets.actions.handling import merge
from tickets.domain.actors import Actor
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel, ClockKind, Role, Side
from tickets.models import CoHandler, Event, Notice, Phrase, Project, Route, Run, Section, Ticket, Timer
from tickets.queries import burden, journal
from tickets.queries.names import SectionNames

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def office() -> Any:
    return make_user("paidan", (Role.DISPATCHER,)).actor()


@pytest.fixture
def system() -> Actor:
    return make_user("xitong", (Role.SYSADMIN,)).actor()


@pytest.fixture
def lead() -> Section:
    return make_section("gongcheng", name="工程一科")


@pytest.fixture
def target() -> Section:
    return make_section("zhian", name="质量安全科")


@pytest.fixture
def handler(lead: Section) -> User:
    return make_user("chengban", (Role.HANDLER,), lead)


@pytest.fixture
def chief(lead: Section) -> User:
    return make_user("kezhang", (Role.CHIEF,), lead)


def dispatched(office: Actor, section: Section, channel: Channel = Channel.HOTLINE) -> Ticket:
    ticket = make_ticket(channel=channel)
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW)
    return routing.dispatch(ticket=ticket, section=section, actor=office, now=NOW)


def worked_on(office: Actor, section: Section, handler: User) -> Ticket:
    """Signed, a draft begun, an extension asked."""
    ticket = dispatched(office, section)
    handling.sign(ticket=ticket, actor=handler.actor(), now=NOW)
    handling.contact(ticket=ticket, actor=handler.actor(), now=NOW, reached=True)
    replies.draft(ticket=ticket, actor=handler.actor(), now=NOW, outcome="solved", public_text="围挡已修复。")
    handling.ask_suspension(
        ticket=ticket,
        actor=handler.actor(),
        now=NOW,
        code="history",
        reason="待协调",
        until=(NOW + timedelta(days=30)).date(),
    )
    return Ticket.objects.get(pk=ticket.pk)


def close(section: Section, target: Section, actor: Actor, *, with_people: bool = True) -> dict[str, Any]:
    return organisation.close_section(
        section=section, target=target, actor=actor, now=LATER, reason="机构调整", with_people=with_people
    )


# --- what hangs on somebody -------------------------------------------------------------------------------------------------


def test_the_list_says_what_hangs_on_a_person(office: Actor, lead: Section, handler: User) -> None:
    ticket = worked_on(office, lead, handler)
    notices.tell(key="样例", kind="sent_back", role=Role.HANDLER, now=NOW, ticket=ticket, user_id=handler.pk)
    found = burden.of_person(handler.pk)
    assert {name: len(rows) for name, rows in found.items()} == {
        "tickets": 1, "drafts": 1, "requests": 1, "notices": 1, "timers": len(found["timers"]),
    }  # fmt: skip
    assert found["timers"]
    assert "title" not in found["tickets"][0], "administrators of the system see no matter"
    assert burden.is_nothing(burden.of_person(handler.pk + 1))


def test_the_list_says_what_hangs_on_a_section(office: Actor, lead: Section, target: Section, handler: User) -> None:
    worked_on(office, lead, handler)
    helped = dispatched(office, target)
    routing.name_co_handlers(ticket=helped, sections=[lead], actor=office, now=NOW)
    make_ticket(proposed_section=lead)
    Route.objects.create(name="道路", section=lead, conditions={"words": ["路"]})
    Project.objects.create(code="ZD", name="示范路改造", section=lead)
    Phrase.objects.create(kind="reply", title="已修复", section=lead)
    found = burden.of_section(lead.pk)
    counts = {name: len(rows) for name, rows in found.items()}
    assert counts.pop("timers") > 0
    assert counts == {
        "tickets": 1, "co_handled": 1, "proposed": 1, "drafts": 1, "requests": 1, "routes": 1, "projects": 1, "phrases": 1,
    }  # fmt: skip


# --- a person leaves ----------------------------------------------------------------------------------------------------------


def test_a_persons_work_passes_to_a_colleague_through_the_ledger(
    office: Actor, lead: Section, handler: User, chief: User, system: Actor
) -> None:
    ticket = worked_on(office, lead, handler)
    due = ticket.due_at
    notices.tell(key="样例", kind="sent_back", role=Role.HANDLER, now=NOW, ticket=ticket, user_id=handler.pk)
    done = organisation.of_person(leaver_id=handler.pk, successor_id=chief.pk, actor=system, now=LATER, reason="调离")
    assert done == [ticket.number]
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.handler, after.section, after.state, after.due_at) == (chief, lead, "in_progress", due)
    assert after.version == ticket.version + 1
    event = Event.objects.get(ticket=ticket, action="hand_over")
    assert event.actor == f"user:{system.user_id}"
    assert Notice.objects.get(key="样例").user == chief
    assert after.history.first().history_change_reason.startswith("调离")
    assert after.replies.get().author == handler, "whoever wrote a text has written it"
    assert journal.verify().ok


def test_without_a_successor_it_goes_back_to_the_section(
    office: Actor, lead: Section, handler: User, system: Actor
) -> None:
    ticket = worked_on(office, lead, handler)
    organisation.of_person(leaver_id=handler.pk, successor_id=None, actor=system, now=LATER, reason="退休")
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.handler, after.section) == (None, lead)


@pytest.mark.parametrize("who", ["stranger", "off", "intake", "nobody"])
def test_nobody_else_takes_it_over_and_nothing_is_done_by_half(
    office: Actor, lead: Section, target: Section, handler: User, system: Actor, who: str
) -> None:
    first, second = worked_on(office, lead, handler), worked_on(office, lead, handler)
    made = {
        "stranger": lambda: make_user("stranger", (Role.HANDLER,), target).pk,
        "off": lambda: make_user("off", (Role.HANDLER,), lead, is_active=False).pk,
        "intake": lambda: make_user("intake", (Role.INTAKE,), lead).pk,
        "nobody": lambda: 987_654,
    }
    with pytest.raises(UnableToMove) as refusal:
        organisation.of_person(leaver_id=handler.pk, successor_id=made[who](), actor=system, now=LATER, reason="调离")
    assert refusal.value.facts["field"] == "successor"
    assert set(Ticket.objects.filter(pk__in=[first.pk, second.pk]).values_list("handler", flat=True)) == {handler.pk}


# --- a section goes -----------------------------------------------------------------------------------------------------------


def test_joined_sections_pass_on_everything(
    office: Actor, lead: Section, target: Section, handler: User, chief: User, system: Actor
) -> None:
    ticket = worked_on(office, lead, handler)
    helped = dispatched(office, target)
    third = make_section("xieban")
    elsewhere = dispatched(office, third)
    routing.name_co_handlers(ticket=helped, sections=[lead], actor=office, now=NOW)
    routing.name_co_handlers(ticket=elsewhere, sections=[lead], actor=office, now=NOW)
    routing.name_co_handlers(ticket=ticket, sections=[target], actor=office, now=NOW)
    proposed = make_ticket(proposed_section=lead)
    route = Route.objects.create(name="道路", section=lead, conditions={"words": ["路"]})
    helping = Route.objects.create(name="扬尘", section=third, co_sections=["gongcheng", "zhian"])
    Project.objects.create(code="ZD", name="示范路改造", section=lead)
    Phrase.objects.create(kind="reply", title="已修复", section=lead)
    clocks = set(Timer.objects.filter(ticket=ticket, side=Side.INNER, run=Run.RUNNING).values_list("pk", "due_at"))
    assert clocks
    met = Timer.objects.get(ticket=ticket, side=Side.INNER, kind=ClockKind.SIGN)

    done = close(lead, target, system)

    assert done["led"] == [ticket.number]
    assert sorted(done["co_handled"]) == sorted([helped.number, elsewhere.number])
    assert done["proposed"] == [proposed.number]
    assert sorted(done["people"]) == sorted([str(handler), str(chief)])
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.section, after.handler, after.due_at) == (target, handler, ticket.due_at)
    assert set(Timer.objects.filter(section=target, ticket=ticket).values_list("pk", "due_at")) == clocks
    assert Timer.objects.get(pk=met.pk).section == lead, "what was met there was met by that section"
    assert not CoHandler.objects.filter(ticket=ticket, section=target, is_active=True).exists()
    assert not CoHandler.objects.filter(ticket=helped, is_active=True).exists()
    assert CoHandler.objects.get(ticket=elsewhere, is_active=True).section == target
    assert Ticket.objects.get(pk=proposed.pk).proposed_section == target
    assert Route.objects.get(pk=route.pk).section == target
    assert Route.objects.get(pk=helping.pk).co_sections == ["zhian"]
    assert Project.objects.get().section == Phrase.objects.get().section == target
    assert {user.section for user in User.objects.filter(pk__in=[handler.pk, chief.pk])} == {target}
    closed = Section.objects.get(pk=lead.pk)
    assert (closed.is_active, closed.into, closed.standing) == (False, target, target)
    assert burden.is_nothing(burden.of_section(lead.pk))
    assert Event.objects.filter(chain="organisation", action="section_joined").count() == 1
    assert journal.verify().ok, journal.verify().text


def test_no_rule_of_a_closed_section_is_led_and_helped_by_the_same(
    lead: Section, target: Section, system: Actor
) -> None:
    third = make_section("xieban")
    led = Route.objects.create(name="道路", section=lead, co_sections=["zhian", "xieban"])
    other = Route.objects.create(name="扬尘", section=third, co_sections=["zhian"])
    close(lead, target, system)
    led.refresh_from_db()
    assert (led.section, led.co_sections) == (target, ["xieban"])
    rules.check(led)
    assert Route.history.filter(id=other.pk).count() == 1, "a rule that it does not concern is left alone"


def test_a_closed_section_leaves_its_work_to_the_other_without_handlers(
    office: Actor, lead: Section, target: Section, handler: User, system: Actor
) -> None:
    ticket = worked_on(office, lead, handler)
    with pytest.raises(UnableToMove) as refusal:
        close(lead, target, system, with_people=False)
    assert refusal.value.code == "people"
    User.objects.filter(pk=handler.pk).update(section=None)
    close(lead, target, system, with_people=False)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.section, after.handler) == (target, None)


def test_what_was_contributed_stays_under_the_old_name(
    office: Actor, lead: Section, target: Section, handler: User, system: Actor
) -> None:
    third = make_section("xieban")
    ticket = dispatched(office, third)
    routing.name_co_handlers(ticket=ticket, sections=[lead], actor=office, now=NOW)
    handling.contribute(ticket=ticket, actor=handler.actor(), now=NOW, opinion="已下发整改通知。")
    close(lead, target, system)
    row = CoHandler.objects.get(ticket=ticket)
    assert (row.section, row.is_active, row.opinion) == (lead, True, "已下发整改通知。")


@pytest.mark.parametrize("wrong", ["itself", "closed", "office", "role"])
def test_what_cannot_be_closed(office: Actor, lead: Section, target: Section, system: Actor, wrong: str) -> None:
    actor = system
    if wrong == "closed":
        Section.objects.filter(pk=target.pk).update(is_active=False)
        target.refresh_from_db()
    elif wrong == "office":
        lead = make_section("bangongshi", is_office=True)
    elif wrong == "role":
        actor = office
    with pytest.raises(UnableToMove):
        close(lead, lead if wrong == "itself" else target, actor)
    assert Section.objects.get(pk=lead.pk).is_active


def test_work_that_begins_again_finds_the_section_that_stands_today(
    office: Actor, lead: Section, target: Section, handler: User, system: Actor
) -> None:
    """A closed ticket is redone, a merged one un-merged, after its section was joined to another twice over."""
    done, merged, other = dispatched(office, lead, Channel.DIRECT), dispatched(office, lead), dispatched(office, target)
    merge(ticket=merged, into=other, actor=office, now=NOW, reason="同一事项")
    ticket = Ticket.objects.get(pk=done.pk)
    handling.sign(ticket=ticket, actor=handler.actor(), now=NOW)
    handling.contact(ticket=ticket, actor=handler.actor(), now=NOW, reached=True)
    replies.draft(
        ticket=ticket,
        actor=handler.actor(),
        now=NOW,
        outcome="solved",
        public_text="围挡已修复，感谢您的监督。",
        handling="已修复",
    )
    replies.submit(ticket=ticket, actor=handler.actor(), now=NOW)
    replies.review(ticket=ticket, actor=make_user("kz", (Role.CHIEF,), lead).actor(), now=NOW, passed=True)
    replies.approve(ticket=ticket, actor=office, now=NOW)
    replies.send(ticket=ticket, actor=office, now=NOW)
    handling.close(ticket=ticket, actor=office, now=NOW)
    last = make_section("zonghe")
    close(lead, target, system)
    User.objects.filter(pk=handler.pk).update(is_active=False)
    close(target, last, system)
    handling.redo(ticket=ticket, actor=office, now=LATER, reason="群众不满意")
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.section, after.handler, after.state) == (last, None, "in_progress")
    handling.unmerge(ticket=Ticket.objects.get(pk=merged.pk), actor=office, now=LATER)
    assert Ticket.objects.get(pk=merged.pk).section == last
    assert journal.verify().ok


# --- names --------------------------------------------------------------------------------------------------------------------


def test_old_records_keep_the_name_of_their_day(lead: Section, system: Actor) -> None:
    before = SectionNames()
    then = lead.history.first().history_date
    organisation.change_section(
        section=lead, name="工程建设科", order=1, actor=system, now=then + timedelta(days=10), reason="更名"
    )
    names = SectionNames()
    assert before.at(lead.pk, then) == names.at(lead.pk, then) == "工程一科"
    assert names.at(lead.pk, then - timedelta(days=900)) == "工程一科"
    assert names.at(lead.pk, then + timedelta(days=11)) == "工程建设科"
    assert names.at(None, then) == ""
    assert Event.objects.filter(chain="organisation", action="section_renamed").count() == 1


def test_a_section_is_added_under_a_code_and_a_name_of_its_own(lead: Section, system: Actor, office: Actor) -> None:
    made = organisation.add_section(code="zonghe", name="综合科", order=9, actor=system, now=NOW)
    assert made.history.count() == 1
    for code, name, field in (("zonghe", "新科", "short"), ("新", "新科", "short"), ("xin", "综合科", "called")):
        with pytest.raises(UnableToMove) as refusal:
            organisation.add_section(code=code, name=name, order=9, actor=system, now=NOW)
        assert refusal.value.facts["field"] == field
    with pytest.raises(UnableToMove):
        organisation.add_section(code="xin", name="新科", order=9, actor=office, now=NOW)


def test_reference_rows_are_saved_with_history_and_journal_once(office: Actor, system: Actor) -> None:
    row = Project(code="ZD-9", name="样例桥")
    assert organisation.save(row=row, actor=office, now=NOW)
    assert not organisation.save(row=row, actor=office, now=NOW)
    row.is_active = False
    assert organisation.save(row=row, actor=office, now=LATER)
    actions = Event.objects.filter(chain="organisation").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["project_added", "project_switched_off"]
    assert row.history.count() == 2
    with pytest.raises(UnableToMove):
        organisation.save(row=Project(code="x", name="x"), actor=system, now=NOW)
