"""The rows themselves change, in one short transaction with history and editions: from then on new clocks count by them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from tickets.domain.actors import SYSTEM
from tickets.domain.edition import Amendment, Content, between
from tickets.models import CalendarEdition, CoveredYear, OfficeHours, Policy, Proposal, SpecialDay
from tickets.queries.calendar import read_content

from .. import ledger
from .proposing import amended, note, successor_of

ONE_DAY = timedelta(days=1)
BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+08:00")


def publish_calendar(proposal: Proposal, now: datetime) -> None:
    """The amendment becomes the calendar; the one before and the new one are kept as editions."""
    before = read_content()
    after = amended(proposal, before)
    proposal.before_edition = _edition(before, "", None).number
    write_rows(between(before, after), now, proposal.title)
    proposal.after_edition = _edition(after, proposal.document, now).number
    note(proposal, "calendar_published", SYSTEM, now, edition=proposal.after_edition)


def restore_calendar(proposal: Proposal, now: datetime) -> None:
    """The calendar before the proposal becomes a new edition."""
    kept = CalendarEdition.objects.get(pk=proposal.before_edition or 0)
    wanted = Content.of(kept.content)
    write_rows(between(read_content(), wanted), now, f"撤回：{proposal.title}")
    edition = _edition(wanted, kept.document, now)
    note(proposal, "calendar_restored", SYSTEM, now, edition=edition.number)


def ensure_edition() -> int:
    """The number under which the calendar of this moment is kept."""
    return _edition(read_content(), "", None).number


def _edition(content: Content, document: str, now: datetime | None) -> CalendarEdition:
    """``now`` None: the calendar that is there, kept already or from the beginning on."""
    newest = CalendarEdition.objects.order_by("-number").first()
    digest = content.digest()
    if now is None and newest is not None and newest.digest == digest:
        return newest
    number = newest.number + 1 if newest else 1
    moment = now or (BEGINNING if newest is None else newest.made_at)
    return CalendarEdition.objects.create(
        number=number, made_at=moment, content=content.plain(), digest=digest, document=document[:200]
    )


def write_rows(change: Amendment, now: datetime, reason: str) -> None:
    """Rows put in, changed and taken out, each with its history; a changed row's version grows."""
    for day in change.days:
        row = SpecialDay.objects.filter(pk=day.date).first() or SpecialDay(date=day.date, version=0)
        row.is_working, row.name_zh, row.name_en = day.is_working, day.name_zh[:40], day.name_en[:60]
        row.document, row.issuer, row.is_announced, row.intervals = day.document, day.issuer, day.announced, day.hours
        row.version += 1
        ledger.save_with_history(row, actor=SYSTEM, now=now, reason=reason)
    for hours in change.hours:
        version = OfficeHours.objects.filter(pk=hours.first_date).first() or OfficeHours(first_date=hours.first_date)
        version.intervals, version.document = hours.hours, hours.document
        ledger.save_with_history(version, actor=SYSTEM, now=now, reason=reason)
    for year in change.years:
        covered = CoveredYear.objects.filter(pk=year.year).first() or CoveredYear(year=year.year, version=0)
        covered.document, covered.is_announced = year.document, year.announced
        covered.version += 1
        ledger.save_with_history(covered, actor=SYSTEM, now=now, reason=reason)
    _delete(SpecialDay.objects.filter(pk__in=change.no_days), now, reason)
    _delete(OfficeHours.objects.filter(pk__in=change.no_hours), now, reason)
    _delete(CoveredYear.objects.filter(pk__in=change.no_years), now, reason)


def _delete(rows: models.QuerySet[models.Model], now: datetime, reason: str) -> None:
    for row in rows:
        ledger.delete_with_history(row, actor=SYSTEM, now=now, reason=reason)


def publish_policy(proposal: Proposal, now: datetime) -> None:
    """The old row ends the day before the new one begins; old clocks keep their terms by it."""
    old, new = Policy.objects.select_for_update().get(pk=proposal.policy_id or 0), successor_of(proposal)
    old.effective_to = new.effective_from - ONE_DAY
    ledger.save_with_history(old, actor=SYSTEM, now=now, reason=proposal.reason)
    ledger.save_with_history(new, actor=SYSTEM, now=now, reason=proposal.reason)
    proposal.successor = new
    note(proposal, "limit_published", SYSTEM, now, policy=old.pk, successor=new.pk)


def restore_policy(proposal: Proposal, now: datetime) -> None:
    """The old row holds again; the new one never did: its days end before they begin."""
    old = Policy.objects.select_for_update().get(pk=proposal.policy_id or 0)
    new = Policy.objects.select_for_update().get(pk=proposal.successor_id or 0)
    old.effective_to, new.effective_to = None, new.effective_from - ONE_DAY
    for row in (old, new):
        ledger.save_with_history(row, actor=SYSTEM, now=now, reason=f"撤回：{proposal.title}")
    note(proposal, "limit_restored", SYSTEM, now, policy=old.pk, successor=new.pk)
