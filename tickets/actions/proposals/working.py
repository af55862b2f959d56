"""The long work of a proposal, chunk by chunk: measuring, applying, taking back.

Each chunk is a transaction that moves the cursor on, so a crash costs one chunk at the most; two workers at once take turns.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from tickets.domain.actors import SYSTEM
from tickets.domain.moments import at
from tickets.domain.words import Role
from tickets.models import Proposal, ProposalKind, ProposedMove, Reach, Stage, Ticket, Timer
from tickets.models.proposal import AT_WORK

from .. import notices
from ..aside import beside
from ..timers.rows import ALIVE
from . import publishing
from .chunks import Chunks
from .proposing import base_of, note
from .recounting import Recounted

#: Calendar days looked at beyond a clock's due moment: escalations and margins that follow it.
SLACK = timedelta(days=15)
#: What a chunk changes of its proposal.
STEP = ("cursor", "done", "changed", "counts")


def advance(*, now: datetime, seconds: float | None = None) -> bool:
    """Go on with what is at work, for ``seconds`` at the most; whether something remains. Safe to run twice at once."""
    until = None if seconds is None else monotonic() + seconds
    with beside() as other, _unsearched():
        worker = _Worker(now, other)
        while worker.step():
            if until is not None and monotonic() >= until:
                return True
    return _at_work().exists()


@contextmanager
def _unsearched() -> Iterator[None]:
    """Python's search for garbage passes over what is there already: it would look at the whole of Django again with every few chunks."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _at_work() -> QuerySet[Proposal]:
    return Proposal.objects.filter(stage__in=AT_WORK).order_by("id")


class _Worker(Chunks):
    """One run: what each phase does with its chunks."""

    @transaction.atomic
    def step(self) -> bool:
        """One chunk of the first proposal at work, or its turn to the next phase; False when there is none or somebody else is at it."""
        proposal = self._locked()
        if proposal is None:
            return False
        stage, phase = proposal.stage, proposal.phase
        {Stage.MEASURING: self.measure, Stage.WORKING: self.work, Stage.UNDOING: self.undo}[Stage(stage)](proposal)
        if (proposal.stage, proposal.phase) == (stage, phase):
            Proposal.objects.filter(pk=proposal.pk).update(**{name: getattr(proposal, name) for name in STEP})
        else:
            proposal.save()
        self._at = proposal if proposal.stage in AT_WORK else None
        return True

    def _locked(self) -> Proposal | None:
        """The one of the last step where nobody else has gone on with it meanwhile, else the first one at work."""
        rows, at = Proposal.objects.select_for_update(skip_locked=True), self._at
        if at and rows.filter(pk=at.pk, stage=at.stage, phase=at.phase, cursor=at.cursor).values_list("pk").first():
            return at
        return rows.filter(pk=_at_work().values("pk")[:1], stage__in=AT_WORK).first()

    # -- measuring ------------------------------------------------------------------------------------------------------

    def measure(self, proposal: Proposal) -> None:
        """Count every clock it concerns, and keep those that would move."""
        if not proposal.phase:
            proposal.moves.all().delete()
            proposal.base = base_of(proposal)
            self._begin(proposal, "count", concerned(proposal))
            proposal.counts = {"seen": 0, "settled": 0}
            return None
        ids = self._next(proposal, concerned(proposal))
        if not ids:
            return self._measured(proposal)
        made = self._recounted(proposal, ids)
        moves = [_move(proposal, each, sections) for each, sections in _with_section(made) if each.effect]
        ProposedMove.objects.bulk_create(moves, batch_size=500, ignore_conflicts=True)
        proposal.counts["seen"] += sum(len(rows) for rows in made.values())
        proposal.counts["settled"] += sum(
            each.before.is_provisional and not each.after.is_provisional for rows in made.values() for each in rows
        )
        return self._passed(proposal, ids)

    def _measured(self, proposal: Proposal) -> None:
        counted = proposal.moves.order_by().values("section_id", "effect").annotate(n=Count("pk"))
        effects: Counter[str] = Counter()
        sections: dict[str, Counter[str]] = {}
        for row in counted:
            effects[row["effect"]] += row["n"]
            sections.setdefault(str(row["section_id"] or 0), Counter())[row["effect"]] += row["n"]
        tickets = proposal.moves.order_by().aggregate(n=Count("ticket_id", distinct=True))["n"]
        more = {"moved": effects.total(), "tickets": tickets, "effects": dict(effects)}
        proposal.counts |= more | {"sections": {pk: dict(found) for pk, found in sections.items()}}
        proposal.stage, proposal.measured_at, proposal.phase = Stage.OPEN.value, self.now, ""
        note(proposal, "proposal_measured", SYSTEM, self.now, moved=effects.total())
        _tell(proposal, Role.LEADER, "proposal_waits", self.now)

    # -- applying -------------------------------------------------------------------------------------------------------

    def work(self, proposal: Proposal) -> None:
        """Keep those that are to stay, change the rows, move the rest."""
        is_calendar = proposal.kind == ProposalKind.CALENDAR
        stays = is_calendar and proposal.reach != Reach.ALL
        if not proposal.phase and stays:
            proposal.before_edition = publishing.ensure_edition()
            self._begin(proposal, "keep", self._kept(proposal))
        elif proposal.phase == "keep" and (ids := self._next(proposal, self._kept(proposal))):
            rows = Timer.objects.filter(ticket_id__in=ids, run__in=ALIVE, calendar_edition=None)
            rows.update(calendar_edition=proposal.before_edition)
            self._passed(proposal, ids)
        elif proposal.phase in ("", "keep"):
            (publishing.publish_calendar if is_calendar else publishing.publish_policy)(proposal, self.now)
            self._begin(proposal, "move", self._moved(proposal))
        elif not self._carry_on(proposal, self._moved):
            self._finished(proposal, Stage.APPLIED, "proposal_applied")

    def _kept(self, proposal: Proposal) -> QuerySet[Timer]:
        """Clocks that the change concerns and that stay with the calendar they have."""
        rows = concerned(proposal).filter(calendar_edition=None)
        chosen = proposal.moves.filter(is_chosen=True).order_by().values("ticket_id")
        return rows.exclude(ticket_id__in=chosen) if proposal.reach == Reach.CHOSEN else rows

    def _moved(self, proposal: Proposal) -> QuerySet[Timer]:
        if proposal.reach == Reach.NEW:
            return Timer.objects.none()
        rows = concerned(proposal)
        if proposal.reach == Reach.CHOSEN:
            rows = rows.filter(ticket_id__in=proposal.moves.filter(is_chosen=True).order_by().values("ticket_id"))
        return rows

    # -- taking back ----------------------------------------------------------------------------------------------------

    def undo(self, proposal: Proposal) -> None:
        """The rows go back, then every clock that followed them, also those that began meanwhile."""
        is_calendar = proposal.kind == ProposalKind.CALENDAR
        if not proposal.phase:
            (publishing.restore_calendar if is_calendar else publishing.restore_policy)(proposal, self.now)
            self._begin(proposal, "back", self._back(proposal))
        elif not self._carry_on(proposal, self._back):
            self._finished(proposal, Stage.UNDONE, "proposal_undone")

    def _back(self, proposal: Proposal) -> QuerySet[Timer]:
        if proposal.kind == ProposalKind.POLICY:
            return Timer.objects.filter(run__in=ALIVE, policy_id=proposal.successor_id or 0)
        return concerned(proposal).filter(Q(calendar_edition=None) | Q(calendar_edition=proposal.before_edition))

    # -- the end --------------------------------------------------------------------------------------------------------

    def _finished(self, proposal: Proposal, stage: Stage, action: str) -> None:
        proposal.stage, proposal.phase, proposal.finished_at = stage.value, "", self.now
        note(proposal, action, SYSTEM, self.now, changed=proposal.changed)
        for role in (Role.DISPATCHER, Role.LEADER):
            _tell(proposal, role, "proposal_done", self.now)
        touched = proposal.moves.filter(is_chosen=True) if proposal.reach == Reach.CHOSEN else proposal.moves.all()
        if proposal.reach != Reach.NEW:
            for row in touched.order_by().values("section_id").annotate(n=Count("pk")):
                if row["section_id"]:
                    _tell(proposal, Role.CHIEF, "limits_moved", self.now, section=row["section_id"], count=row["n"])


def concerns_any(proposal: Proposal) -> bool:
    """Whether any open clock has a changed day in its span."""
    return concerned(proposal).exists()


def publish_unopposed(*, proposal: Proposal, now: datetime) -> None:
    """Nothing open is concerned: the rows change in the caller's transaction, and the proposal stands as their record."""
    publishing.publish_calendar(proposal, now)
    proposal.stage, proposal.reach, proposal.measured_at, proposal.finished_at = (
        Stage.APPLIED.value,
        Reach.ALL.value,
        now,
        now,
    )
    proposal.counts = {"seen": 0, "settled": 0, "moved": 0, "tickets": 0, "effects": {}, "sections": {}}
    proposal.save()
    note(proposal, "proposal_applied", SYSTEM, now, changed=0)


def concerned(proposal: Proposal) -> QuerySet[Timer]:
    """The clocks that run or pause and that the change can reach: of the policy, or with a changed day between start and end."""
    rows = Timer.objects.filter(run__in=ALIVE)
    if proposal.kind == ProposalKind.POLICY:
        return rows.filter(policy_id=proposal.policy_id or 0)
    if not proposal.what["span"]:
        return rows.none()
    first, last = (date.fromisoformat(day) for day in proposal.what["span"])
    begins, ends = (
        Coalesce(F("restarted_at"), F("started_at")),
        Greatest(F("due_at"), Coalesce(F("next_at"), F("due_at"))),
    )
    return rows.annotate(begins=begins, ends=ends).filter(
        begins__lt=at(last + timedelta(days=1), 0), ends__gte=at(first, 0) - SLACK
    )


def _with_section(made: dict[int, list[Recounted]]) -> list[tuple[Recounted, int | None]]:
    """A source's clock counts for the section that has the ticket."""
    sections = dict(Ticket.objects.filter(pk__in=made).values_list("pk", "section_id"))
    return [(each, each.before.section_id or sections.get(pk)) for pk, rows in made.items() for each in rows]


def _move(proposal: Proposal, each: Recounted, section: int | None) -> ProposedMove:
    clock = each.before
    assert clock.due_at is not None and each.after.due_at is not None  # noqa: S101, PT018 (else it has no effect)
    return ProposedMove(
        proposal=proposal, timer_id=clock.id, ticket_id=clock.ticket_id, section_id=section, side=clock.side, kind=clock.kind,
        due_before=clock.due_at, due_at=each.after.due_at, effect=each.effect,
    )  # fmt: skip


def _tell(proposal: Proposal, role: Role, kind: str, now: datetime, section: int | None = None, **more: Any) -> None:
    key = f"proposal:{proposal.pk}:{proposal.stage}:{kind}:{role.value}:{section or 0}:{proposal.measured_at or now:%Y%m%d%H%M%S}"
    facts = {"proposal": proposal.pk, "title": proposal.title, "count": proposal.changed, **more}
    notices.tell(key=key, kind=kind, role=role, now=now, section_id=section, facts=facts)
