"""The journal as the auditor reads it: what happened in words, by whom, without anything personal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from hotline.models import User
from hotline.wording import label, pair, sign
from tickets.domain.moments import at
from tickets.domain.states import Action
from tickets.models import Event, Reading, ReadingKind, Seal

from . import people
from .audit_words import ACTS, CHAINS

SIZE, SEALS, MOST_READERS = 50, 5, 10
SINCE = timedelta(days=30)
TICKETS = "tickets"
#: References that say something and hold nothing personal; all others are left out.
SHOWN = {
    "rows": ("行数", "rows"), "what": ("内容", "what"), "user": ("账号", "account"), "section": ("科室", "section"),
    "found": ("命中", "found"), "ok": ("通过", "holds"), "events": ("记录数", "events"), "sha256": ("摘要", "digest"),
    "digest": ("摘要", "digest"), "source": ("来源", "source"), "kind": ("种类", "kind"), "item": ("编号", "item"),
    "ticket": ("工单", "ticket"),
    "proposal": ("变更方案", "proposal"), "route": ("规则", "rule"), "deputyship": ("代理", "deputyship"),
}  # fmt: skip
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the journal is asked for; ``chain`` '' for everything, ``tickets`` for what was done to tickets."""

    chain: str = ""
    user_id: int | None = None
    day: date | None = None


def events(narrowed: Narrowed) -> QuerySet[Event]:
    """These events, the newest first."""
    found = Event.objects.order_by("-id")
    if narrowed.chain:
        found = found.filter(chain="" if narrowed.chain == TICKETS else narrowed.chain)
    if narrowed.user_id is not None:
        found = found.filter(user_id=narrowed.user_id)
    if narrowed.day is not None:
        start = at(narrowed.day, 0)
        found = found.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return found


def told(found: Iterable[Event]) -> list[dict[str, Any]]:
    """Events (with their ticket) as rows: ``id``, ``at``, ``chain``, ``what``, ``more``, ``who``, ``number``, ``digest``. One query."""
    rows = list(found)
    known = people.names(row.actor for row in rows)
    return [
        {
            "id": row.pk,
            "at": row.at,
            "chain": chain_label(row.chain or TICKETS),
            "what": act(row.action),
            "more": _more(row),
            "who": people.shown(row.actor, known),
            "number": row.ticket.number if row.ticket is not None else "",
            "digest": row.digest[:LONGEST],
        }
        for row in rows
    ]


def act(code: str) -> str:
    """What was done, in words."""
    return pair(*ACTS[code]) if code in ACTS else label(Action, code)


def chain_label(code: str) -> str:
    """The kind of an event, in words."""
    return pair(*CHAINS[code]) if code in CHAINS else code


def _more(event: Event) -> str:
    if event.ticket_id is not None:
        return ""
    refs = json.loads(event.payload).get("refs")
    if not isinstance(refs, dict):
        return ""
    return sign(";").join(f"{pair(*SHOWN[name])} {_short(refs[name])}" for name in SHOWN if name in refs)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return pair("是", "yes") if value else pair("否", "no")
    text = str(value)
    return f"{text[:LONGEST]}…" if len(text) > 2 * LONGEST else text


def chains() -> list[tuple[str, str]]:
    """The kinds to choose from."""
    return [(code, pair(*words)) for code, words in CHAINS.items()]


def accounts() -> list[tuple[str, str]]:
    """The people to choose from."""
    return [(str(user.pk), str(user)) for user in User.objects.order_by("name", "pk")]


def readers(now: datetime) -> list[dict[str, Any]]:
    """Who has opened most personal data in the last 30 days: ``who``, ``section``, ``persons``, ``files``, ``tickets``, ``last``."""
    personal = Reading.objects.filter(at__gte=now - SINCE).exclude(kind=ReadingKind.PAGE.value)
    counted = personal.values("user__name", "user__section__name").annotate(
        persons=Count("id", filter=Q(kind=ReadingKind.PERSON.value)),
        files=Count("id", filter=Q(kind=ReadingKind.FILE.value)),
        tickets=Count("ticket", distinct=True), last=Max("at"), every=Count("id"),
    )  # fmt: skip
    return [
        {**row, "who": row["user__name"], "section": row["user__section__name"] or ""}
        for row in counted.order_by("-every", "user")[:MOST_READERS]
    ]


def seals() -> list[Seal]:
    """The newest checkpoints."""
    return list(Seal.objects.order_by("-id")[:SEALS])
