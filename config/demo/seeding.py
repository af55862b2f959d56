"""A year of a busy office, made up: matters come in day by day, most of them are signed, contacted, answered, sent and closed.

Written as sets, with journal, history and clocks as the actions write them; nothing of it is told to a platform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from hotline.models import User
from tickets.actions import timers
from tickets.actions.intake.copying import NULL, HistorySheet, Sheet, copy, tail, text
from tickets.actions.intake.inserting import insert
from tickets.actions.intake.openings import sort_out
from tickets.actions.intake.preparing import Preparation, Values
from tickets.actions.intake.sheets import SERIAL, Sheets
from tickets.domain.actors import SYSTEM, Actor, platform
from tickets.domain.chain import text_digest
from tickets.domain.messages import Incoming
from tickets.domain.states import Action, State, next_state
from tickets.domain.words import ClockKind, Outcome, Role
from tickets.models import CoHandler, Contact, Inquiry, Reply, ReplyState, Run, Ticket, numbering
from tickets.queries import offices

from . import matters

PUBLIC = "您好，您反映的{topic}问题已核实，责任单位已于{day}完成整改，我局将加强巡查，感谢您的监督。"
#: What no rule dispatched waits for the office from the last days only: what is older, somebody has dispatched.
DAYS_BY_HAND = 3
INTERNAL = "{day}到现场核查，情况属实，已责令责任单位整改并拍照留存，回访无异议。"
A = Action


@dataclass(frozen=True, slots=True)
class Step:
    """An act of a life: so many hours after the one before, by whom."""

    action: Action
    hours: tuple[float, float]
    by: str


LIFE = (
    Step(A.SIGN, (0.2, 9), "handler"),
    Step(A.CONTACT, (0.5, 20), "handler"),
    Step(A.DRAFT, (2, 70), "handler"),
    Step(A.SUBMIT, (0.1, 2), "handler"),
    Step(A.PASS_REVIEW, (0.5, 12), "chief"),
    Step(A.APPROVE, (0.5, 20), "dispatcher"),
    Step(A.SEND, (0.2, 5), "dispatcher"),
    Step(A.FOLLOW_UP, (12, 72), "dispatcher"),
    Step(A.CLOSE, (1, 30), "dispatcher"),
)


class LivedSheets(Sheets):
    """A ticket's line also brings what happened later."""

    OF_TICKET = (*Sheets.OF_TICKET, "handler_id", "signed_at", "contacted_at", "sent_at", "closed_at")


class Lives(Preparation):
    """Openings that go on living until ``until``: their rows are written as they stand then."""

    kind = LivedSheets

    def __init__(self, *given: Any, until: datetime, people: People, chance: Random) -> None:
        super().__init__(*given)
        self.until, self.people, self.chance = until, people, chance
        self.replies = Sheet(
            Reply, "id", "ticket_id", "no", "state", "outcome", "handling", "public_text", "author_id", "reviewer_id", "approver_id",
            "written_at", "submitted_at", "reviewed_at", "approved_at", "sent_at", "digest",
        )  # fmt: skip
        self.reply_history = HistorySheet(self.replies, Reply)
        self.contacts = Sheet(Contact, "ticket_id", "by_id", "contacted_at", "is_reached", "note", leave_out=SERIAL)
        self.answered: dict[int, tuple[datetime, datetime | None, str, int]] = {}

    def _sign_outward(self, incoming: Incoming, ticket_id: int, inquiry_id: int) -> None:
        """No platform knows of it."""

    def _ticket_values(self, *given: Any) -> Values:
        later = dict.fromkeys(("handler_id", "signed_at", "contacted_at", "sent_at", "closed_at"), NULL)
        self._ticket.handler_id = None
        return super()._ticket_values(*given) | later

    def _go_on(self, ticket: Ticket, values: Values, clocks: Sequence[Values]) -> None:
        if ticket.section_id not in self.people.sections:
            return
        at, done = self.now, dict[Action, datetime]()
        for step in LIFE:
            at += timedelta(hours=self.chance.uniform(*step.hours))
            if at > self.until:
                break
            self._step(ticket, values, step, at)
            done[step.action] = at
        if A.DRAFT in done:
            self._reply(ticket, done)
        self._meet(clocks, done)
        values |= self._reached(clocks)

    def _step(self, ticket: Ticket, values: Values, step: Step, at: datetime) -> None:
        actor, before = self.people.of(step.by, ticket.section_id), State(ticket.state)
        ticket.state, ticket.version = next_state(before, step.action).value, ticket.version + 1
        changes = self._changes(step.action, actor, at)
        ticket.handler_id = changes.get("handler_id", ticket.handler_id)
        values |= self._event(ticket, step.action.value, actor, {}, before.value, "", at)
        values |= {"state": ticket.state, "version": ticket.version}
        values |= {
            name: self._moment(value) if isinstance(value, datetime) else value for name, value in changes.items()
        }
        why = tail(at, f"{step.action.value} [{actor.label}]", actor.user_id, "~")
        self.sheets.ticket_history.keep(self.sheets.tickets.line(values), why)
        if step.action is A.CONTACT:
            self.contacts.add({
                "ticket_id": ticket.id, "by_id": actor.user_id, "contacted_at": self._moment(at), "is_reached": True,
                "note": text("电话联系，已告知正在核查。"),
            })  # fmt: skip

    @staticmethod
    def _changes(action: Action, actor: Actor, at: datetime) -> dict[str, Any]:
        changes: dict[Action, dict[str, Any]] = {
            A.SIGN: {"signed_at": at, "handler_id": actor.user_id},
            A.CONTACT: {"contacted_at": at},
            A.SEND: {"sent_at": at},
            A.CLOSE: {"closed_at": at},
        }
        return changes.get(action, {})

    def _reply(self, ticket: Ticket, done: dict[Action, datetime]) -> None:
        """The reply as it stands, one row with its history."""
        day = f"{done[A.DRAFT]:%m月%d日}"
        public = PUBLIC.format(topic="施工" if "施工" in ticket.title else "有关", day=day)
        state = next((state for action, state in STANDING if action in done), ReplyState.DRAFT)
        line = self.replies.add({
            "id": next(self._reply_ids), "ticket_id": ticket.id, "no": 1, "state": state.value, "outcome": Outcome.SOLVED.value,
            "handling": text(INTERNAL.format(day=day)), "public_text": text(public),
            "author_id": self.people.of("handler", ticket.section_id).user_id,
            "reviewer_id": self._by("chief", A.PASS_REVIEW, ticket, done),
            "approver_id": self._by("dispatcher", A.APPROVE, ticket, done),
            "written_at": self._moment(done[A.DRAFT]), "submitted_at": self._moment(done.get(A.SUBMIT)),
            "reviewed_at": self._moment(done.get(A.PASS_REVIEW)), "approved_at": self._moment(done.get(A.APPROVE)),
            "sent_at": self._moment(done.get(A.SEND)), "digest": text_digest(public) if A.SEND in done else "",
        })  # fmt: skip
        self.reply_history.keep(line, tail(done[A.DRAFT], f"seeded [{SYSTEM.label}]", None))
        if A.SEND in done:
            solved = self.chance.random()
            self.answered[ticket.id] = (
                done[A.SEND],
                done.get(A.CLOSE),
                text_digest(public),
                1 + int(solved * solved * 5),
            )

    def _by(self, who: str, action: Action, ticket: Ticket, done: dict[Action, datetime]) -> Any:
        return self.people.of(who, ticket.section_id).user_id if action in done else NULL

    def _meet(self, clocks: Sequence[Values], done: dict[Action, datetime]) -> None:
        """What the acts met; the others run."""
        met = {
            ClockKind.SIGN: done.get(A.SIGN), ClockKind.CONTACT: done.get(A.CONTACT),
            ClockKind.REPLY: done.get(A.SEND), ClockKind.ANSWER: done.get(A.SEND),
        }  # fmt: skip
        for row in clocks:
            at = met.get(ClockKind(row["kind"]))
            if A.CLOSE in done and at is None:
                row["run"], row["next_at"] = Run.STOPPED.value, None
            elif at is not None and row["run"] == Run.RUNNING:
                row["is_late"] = row["late_after"] is not None and at > row["late_after"]
                row["run"], row["met_at"], row["next_at"] = Run.MET.value, at, None

    def lived(self, size: int) -> list[Sheet]:
        """Every sheet of the chunk, in the order of sending."""
        self._reply_ids = iter(numbering.allocate(Reply, len(self.ticket_ids)))
        sheets = [sheet for part in self.parts(size) for sheet in part]
        return [*sheets, *self.asked_to_help(), self.replies, self.reply_history, self.contacts]


STANDING = (
    (A.SEND, ReplyState.SENT),
    (A.APPROVE, ReplyState.APPROVED),
    (A.PASS_REVIEW, ReplyState.REVIEWED),
    (A.SUBMIT, ReplyState.SUBMITTED),
)


class People:
    """Who does what in the made-up bureau."""

    def __init__(self) -> None:
        everyone = [user.actor() for user in User.objects.filter(is_active=True).order_by("id")]
        self._by_section = {
            (name, actor.section_id): actor
            for name, role in (("handler", Role.HANDLER), ("chief", Role.CHIEF))
            for actor in everyone
            if actor.has(role)
        }
        self._dispatcher = next(actor for actor in everyone if actor.has(Role.DISPATCHER))
        self.sections = {section for name, section in self._by_section if name == "chief"}

    def of(self, who: str, section_id: int | None) -> Actor:
        """The handler or chief of a section, or the dispatcher."""
        return self._by_section.get((who, section_id), self._dispatcher)


def seed(count: int, *, now: datetime, days: int = 365, progress: Callable[[int, int], None] | None = None) -> int:
    """Write ``count`` tickets that came in over the last ``days``; how many. Clocks that fell due meanwhile fire at the end."""
    chance, people, done = Random(count), People(), 0
    source = matters.stream(chance)
    for day in range(days):
        wanted = count * (day + 1) // days - done
        came = now - timedelta(days=days - day, hours=chance.uniform(-3, 3))
        if wanted:
            kinds = source if day >= days - DAYS_BY_HAND else matters.routed(source)
            _write_day(matters.take(kinds, wanted, came), came, now, people, chance)
        done += wanted
        if progress is not None:
            progress(done, count)
    timers.sweep(now)
    return done


@transaction.atomic
def _write_day(incomings: list[Incoming], came: datetime, now: datetime, people: People, chance: Random) -> None:
    from django.db import connection

    with offices.held():
        found = sort_out(incomings, came)
        if found.known is None or not found.openings:
            return
        lives = Lives(found.openings, found.known, platform("seed"), came, until=now, people=people, chance=chance)
        (copy if connection.vendor == "postgresql" else insert)(lives.lived(len(incomings)))
    _answer(lives)


def _answer(lives: Lives) -> None:
    """The inquiries whose reply went out, and how their callers found it."""
    closed = [ticket for ticket, (_, at, _, _) in lives.answered.items() if at is not None]
    CoHandler.objects.filter(ticket_id__in=closed).update(is_open=False)
    rows = list(Inquiry.objects.filter(ticket_id__in=list(lives.answered)))
    for row in rows:
        sent, ended, digest, satisfaction = lives.answered[row.ticket_id]
        row.answered_at, row.closed_at, row.reply_count, row.reply_digest = sent, ended, 1, digest
        row.outer_state = "closed" if ended else row.outer_state
        if ended and not row.is_anonymous:
            row.is_reached, row.is_solved, row.satisfaction = True, satisfaction <= 3, satisfaction
    names = [
        "answered_at",
        "closed_at",
        "reply_count",
        "reply_digest",
        "outer_state",
        "is_reached",
        "is_solved",
        "satisfaction",
    ]
    bulk_update_with_history(rows, Inquiry, names, default_change_reason=f"seeded [{SYSTEM.label}]", batch_size=500)
