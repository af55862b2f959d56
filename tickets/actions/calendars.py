"""The calendar is loaded: as a proposal when an open clock is concerned, else at once; the office is told when a year is missing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.edition import Amendment
from tickets.domain.moments import to_local
from tickets.domain.notices import Notice
from tickets.domain.words import Role
from tickets.models import CoveredYear, Proposal
from tickets.queries.calendar import working_calendar

from . import notices, proposals

#: The State Council publishes each year's table in November.
FROM_MONTH = 11


@transaction.atomic
def load(
    *, amendment: Amendment, title: str, document: str, reason: str, actor: Actor, now: datetime
) -> Proposal | None:
    """A proposal when any open clock has a changed day in its span; None when the rows were changed at once. Raises UnableToPropose."""
    made = proposals.propose_calendar(
        amendment=amendment, title=title, document=document, reason=reason, actor=actor, now=now
    )
    if proposals.concerns_any(made):
        return made
    proposals.publish_unopposed(proposal=made, now=now)
    return None


def title_of(notice: Notice) -> str:
    """What a proposal that loads it is called."""
    if notice.year is not None:
        return f"{notice.year} 年放假安排" if notice.announced else f"{notice.year} 年放假安排（暂定）"
    days = sorted(row.date for row in notice.days) or sorted(row.first_date for row in notice.hours)
    return f"{days[0]:%Y-%m-%d} 起的{'作息调整' if not notice.days else '放假调休'}"


def missing_year(now: datetime) -> int | None:
    """The coming year, when its table is not loaded though it should be announced by now; None otherwise."""
    today = to_local(now).date()
    covered = working_calendar().covered_until
    if covered is not None and covered >= date(today.year, 12, 31) and today.month < FROM_MONTH:
        return None
    wanted = today.year + 1 if today.month >= FROM_MONTH else today.year
    return None if CoveredYear.objects.filter(year=wanted, is_announced=True).exists() else wanted


def alarm(now: datetime) -> bool:
    """Tell the office once a year that the coming year's table is missing; whether it is."""
    year = missing_year(now)
    if year is None:
        return False
    for role in (Role.DISPATCHER, Role.LEADER):
        notices.tell(
            key=f"calendar:{year}:{role.value}", kind="calendar_missing", role=role, now=now, facts={"year": year}
        )
    return True
