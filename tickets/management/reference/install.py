"""Put the reference rows in, each once: a row that anybody has edited, renamed or deleted since is left as people want it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from tickets.actions import ledger
from tickets.domain.actors import SYSTEM
from tickets.models import CoveredYear, OfficeHours, PauseRule, Policy, SignOffRule, Source, SpecialDay, Term

from . import calendar, channels, limits, pauses, terms

REASON = "reference"


@dataclass(frozen=True, slots=True)
class Installed:
    """How many rows were new."""

    special_days: int
    office_hours: int
    covered_years: int
    policies: int
    pause_rules: int
    sign_off_rules: int
    sources: int
    terms: int


@transaction.atomic
def install(now: datetime) -> Installed:
    """Add what has never been there, with history and one journal event; calling it again changes nothing."""
    done = Installed(
        special_days=_add(calendar.special_days(), "date", now),
        office_hours=0 if OfficeHours.history.exists() else _add(calendar.office_hours(), "first_date", now),
        covered_years=_add(calendar.covered_years(), "year", now),
        policies=_add(limits.policies(), "name", now),
        pause_rules=_add(pauses.pause_rules(), "name", now),
        sign_off_rules=0 if SignOffRule.history.exists() else _add(limits.sign_off_rules(), None, now),
        sources=_add_sources(channels.sources()),
        terms=_add(terms.terms(), "text", now),
    )
    if any(asdict(done).values()):
        ledger.record(chain_name="policy", action="install_reference", actor=SYSTEM, now=now, refs=asdict(done))
    return done


def _add(
    rows: Iterable[SpecialDay | OfficeHours | CoveredYear | Policy | PauseRule | SignOffRule | Term],
    identity: str | None,
    now: datetime,
) -> int:
    """The history knows every row that ever was, under its first identity too."""
    rows = list(rows)
    kind: type[models.Model] = type(rows[0])
    known = set(kind.history.values_list(identity, flat=True)) if identity else set()  # type: ignore[attr-defined]
    new = [row for row in rows if not identity or getattr(row, identity) not in known]
    if new:
        bulk_create_with_history(new, kind, default_change_reason=REASON, default_date=now)
    return len(new)


def _add_sources(rows: Iterable[Source]) -> int:
    known = set(Source.objects.values_list("code", flat=True))
    return len(Source.objects.bulk_create([row for row in rows if row.code not in known]))
