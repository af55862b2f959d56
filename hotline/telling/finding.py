"""What is found by words and by likeness, as far as the asker may know of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from hotline.permissions.table import PERSON_SEARCH, SEES_CARD
from hotline.wording import mask_text
from tickets import clock
from tickets.actions import ledger
from tickets.domain import personal, telephone
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.words import Role
from tickets.models import Inquiry, Person, Ticket, vault
from tickets.models.numbering import PREFIX
from tickets.queries import duplicates, pages, scopes, words, worklists
from tickets.queries.pages import Page
from tickets.queries.scopes import Scope

CHAIN = "search"
_PERSON = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[1-8]\d{16}[\dXx]")
#: What is a number, or the beginning or the end of one, rather than a word.
_NUMBERED = re.compile(r"(?:[A-Za-z]{2}-)?\d[\d\-]*|[A-Za-z]{0,4}-?\d[\dA-Za-z\-]{5,}")
#: So many digits in a row may be a piece of a person's number, which pages cover.
_DIGITS = re.compile(r"\d{4}")
SERIAL, MOST = 7, 100
IDENTITY = 18


class NotForYou(Exception):
    """Only intake and the office look for persons."""

    zh = "只有登记员和办公室可以按电话或证件号码查找诉求人。"
    en = "Only intake and the office look for persons."


def find(text: str, *, actor: Actor, scope: Scope, now: datetime, after: str = "", size: int = 50) -> tuple[str, Page]:
    """What one field finds: ``kind`` number, person or text, and a page of list rows, the newest first.

    A telephone or identity number is looked up by its keyed digest, and that search is journalled. Raises NotForYou, BadCursor.
    """
    kind, condition = condition_of(text, actor=actor, now=now)
    found = scopes.visible(Ticket.objects.all(), scope).filter(condition)
    page = pages.by_newest(found, worklists.LISTED, after, size)
    return kind, Page(worklists.shown(page.rows, scope, now), page.next)


def condition_of(text: str, *, actor: Actor, now: datetime) -> tuple[str, Q]:
    """What one field asks for, as ``kind`` and a condition on tickets: every list that is narrowed by words asks here.

    Raises NotForYou.
    """
    text = text.strip()
    plain = telephone.plain(personal.plain(text))
    if _PERSON.fullmatch(plain):
        if actor.roles & PERSON_SEARCH:
            return "person", Q(pk__in=of_person(plain, actor, now)) | numbered(text)
        if len(plain) != IDENTITY:
            raise NotForYou
        return "number", numbered(text)
    return ("number" if _NUMBERED.fullmatch(text) else "text"), matching(text, actor)


def of_person(plain: str, actor: Actor, now: datetime, *, is_recorded: bool = True) -> QuerySet[Any, dict[str, Any]]:
    """The tickets of whoever has this telephone or identity number; that somebody looked is journalled, unless he has just been."""
    digest = vault.digest(plain)
    people = Person.objects.filter(Q(phone_digest=digest) | Q(incoming_digest=digest) | Q(id_digest=digest)).values(
        "pk"
    )
    if is_recorded:
        record(plain, actor, now)
    rows: QuerySet[Any, Any] = Inquiry.objects.filter(person__in=people).values("ticket_id")
    return rows


def record(plain: str, actor: Actor, now: datetime) -> None:
    """Journal that somebody looked for whoever has this number."""
    refs = {"digest": vault.digest(plain), "kind": "identity" if len(plain) == IDENTITY else "phone"}
    ledger.record(chain_name=CHAIN, action="search_person", actor=actor, now=now, refs=refs)


def links_petitioners(actor: Actor) -> bool:
    """Whether he may be told that a confidential matter is of the same person as another: who may open its card."""
    return actor.has(Role.DISPATCHER)


def matching(text: str, actor: Actor) -> Any:
    """Tickets that hold the words, or have the number. Who may not read a confidential matter does not find it by its words
    either: a hit would tell what it holds. Digits find our numbers and the sources', never a text: it could be asked digit by digit
    for a telephone that is covered."""
    wanted = text.strip()
    if _DIGITS.search(telephone.plain(personal.plain(wanted))):
        return numbered(wanted)
    found = words.holding(wanted)
    if _NUMBERED.fullmatch(wanted):
        return numbered(wanted) | (found & Q(is_confidential=False))
    return found if actor.roles & SEES_CARD else found & Q(is_confidential=False)


def numbered(text: str) -> Q:
    """By our number or its beginning, by its last digits of this year or the last, or by a source's number."""
    wanted = text.upper()
    of_sources = list(Inquiry.objects.filter(number=text).values_list("ticket_id", flat=True)[:MOST])
    found = Q(number__startswith=wanted) | Q(pk__in=of_sources)
    if wanted.isdigit() and len(wanted) <= SERIAL:
        year = to_local(clock.now()).year
        found |= Q(number__in=[f"{prefix}-{y}-{wanted:0>7}" for prefix in PREFIX.values() for y in (year, year - 1)])
    return found


def similar(
    form: dict[str, Any], *, actor: Actor, scope: Scope, now: datetime, besides: int | None = None
) -> list[dict[str, Any]]:
    """Tickets that may be about the same matter: a suggestion, nothing is joined by it."""
    found = duplicates.like(
        title=form.get("title", ""),
        content=form.get("content", ""),
        place=form.get("place", ""),
        phone=form.get("party", {}).get("phone", "") or form.get("phone", ""),
        related=tuple(form.get("related_numbers", ())),
        now=now,
        visible=scopes.visible(Ticket.objects.exclude(pk=besides or 0), scope),
        links_petitioners=links_petitioners(actor),
    )
    return [
        {
            "number": each.number,
            "title": mask_text(each.title),
            "state": each.state,
            "reasons": list(each.reasons),
            "likeness": round(each.likeness),
        }
        for each in found
    ]
