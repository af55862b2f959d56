"""The auditor's desk: the journal to read, to verify and to take out."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline import exports
from hotline.exports import Column, Sheet
from hotline.telling import audit as telling
from hotline.telling import proof
from hotline.telling.audit import Narrowed
from hotline.wording import whole
from tickets.actions import ledger
from tickets.domain.moments import FIRST_YEAR, LAST_YEAR

from .visit import Visit, page


@page("page.audit")
def audit(visit: Visit) -> HttpResponse:
    """A page of the journal, with who read most and the newest checkpoints beside it."""
    return visit.page("audit/audit.html", _facts(visit))


@page("page.audit")
def verify(visit: Visit) -> HttpResponse:
    """The verdict on the journal; that it was asked for is recorded."""
    if visit.request.method != "POST":
        return visit.go(reverse("audit"))
    found = proof.of_now()
    refs = {"ok": found.ok, "events": found.events}
    ledger.record(chain_name="audit", action="verify", actor=visit.actor, now=visit.now, refs=refs)
    verdict = {"tone": "told" if found.ok else "refused", "words": found.words}
    return visit.page("audit/audit.html", {**_facts(visit), "verdict": verdict})


@page("page.audit")
def export(visit: Visit) -> HttpResponseBase:
    """The list as it is narrowed now, as an Excel file, recorded."""
    if visit.request.method != "POST":
        return visit.go(reverse("audit"))
    asked, title = _asked(visit), _("Audit")
    found = telling.events(_narrowed(asked)).select_related("ticket")[: exports.MOST + 1]
    rows = telling.told(found)
    if len(rows) > exports.MOST:
        raise exports.UnableToExport
    names = ("id", "at", "chain", "what", "more", "who", "number", "digest")
    columns = [
        Column(_("Journal record"), 10), Column(_("When"), 17), Column(_("Kind"), 16), Column(_("What was done"), 28),
        Column(_("Details"), 30), Column(_("Who"), 18), Column(_("Ticket"), 18), Column(_("Digest"), 16),
    ]  # fmt: skip
    narrowed = {name: value for name, value in asked.items() if value}
    notes = [f"{title}  {_('%d rows') % len(rows)}", *exports.head(_shown(narrowed), visit.who, visit.now)]
    sheet = Sheet(title, columns, ([row[name] for name in names] for row in rows), notes)
    file, count = exports.workbook([sheet], who=f"{visit.who} {exports.plain(visit.now)}")
    exports.record(what="audit", narrowed=narrowed, rows=count, file=file, actor=visit.actor, now=visit.now)
    return exports.answer(file, title, visit.now)


def _shown(narrowed: dict[str, str]) -> dict[str, str]:
    """What the list was narrowed by, in words."""
    names = {"chain": _("Kind"), "person": _("Person"), "day": _("Day")}
    known = {"chain": dict(telling.chains()), "person": dict(telling.accounts())}
    return {names[name]: known.get(name, {}).get(value, value) for name, value in narrowed.items()}


def _asked(visit: Visit) -> dict[str, str]:
    """What the address narrows by; what cannot be read narrows nothing."""
    query = visit.request.GET
    chain, person, day = (query.get(name, "") for name in ("chain", "person", "day"))
    return {
        "chain": chain if chain in dict(telling.chains()) else "",
        "person": person if whole(person) is not None else "",
        "day": day if _day(day) is not None else "",
    }


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _narrowed(asked: dict[str, str]) -> Narrowed:
    return Narrowed(asked["chain"], int(asked["person"]) if asked["person"] else None, _day(asked["day"]))


def _facts(visit: Visit) -> dict[str, Any]:
    asked, before = _asked(visit), visit.request.GET.get("before", "")
    found = telling.events(_narrowed(asked)).select_related("ticket")
    if whole(before) is not None:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: telling.SIZE + 1])
    kept, query = rows[: telling.SIZE], {name: value for name, value in asked.items() if value}
    return {
        "rows": telling.told(kept),
        "next": f"?{urlencode({**query, 'before': kept[-1].pk})}" if len(rows) > telling.SIZE else "",
        "asked": asked,
        "chains": telling.chains(),
        "accounts": telling.accounts(),
        "readers": telling.readers(visit.now),
        "seals": telling.seals(),
        "export": f"{reverse('audit_export')}?{urlencode(query)}",
    }
