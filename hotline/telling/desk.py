"""What stands beside the form while a matter is logged: who rings, what may be the same matter, where it will go, what can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hotline.permissions.table import PERSON_SEARCH
from hotline.telling import finding, rows
from hotline.wording import listed, mask_text, pair
from tickets.actions import routing
from tickets.domain import telephone
from tickets.domain.actors import Actor
from tickets.domain.elements import Element, said
from tickets.domain.routing import Facts
from tickets.domain.states import OPEN
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Phrase, Project, Ticket, vault
from tickets.queries import duplicates, habits, offices, phrases, progress, scopes
from tickets.queries.scopes import Scope

#: A number that the same clerk asked for a moment ago is not journalled again with every key.
ASKED_FOR = timedelta(minutes=30)
EARLIER, LOOKED_AT = 6, 30
LEAST_WORDS = 4
REASONS = {
    "number": ("来源称有关联", "the source calls them related"),
    "phone": ("同一号码", "the same number"),
    "place": ("同一地点", "the same place"),
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form now, as far as it is of use here."""

    phone: str = ""
    who: str = ""
    content: str = ""
    title: str = ""
    place: str = ""
    project: str = ""
    category: str = ""
    channel: Channel = Channel.DIRECT
    type: MatterType = MatterType.OTHER
    urgency: Urgency = Urgency.ORDINARY
    is_anonymous: bool = False
    is_confidential: bool = False

    @property
    def text(self) -> str:
        """All its words."""
        return f"{self.title}\n{self.content}".strip()


@dataclass(slots=True)
class Earlier:
    """What this number brought before: ``rows`` for the page, ``open`` of them are being worked on, ``more`` are not shown."""

    rows: list[Row] = field(default_factory=list)
    open: int = 0
    more: int = 0
    is_asked: bool = False


@dataclass(slots=True)
class Proposal:
    """Where it will go: ``section`` and ``helpers`` by name, ``reason`` in words, ``dispatches`` at once by the rule; of ``alike``
    matters of 90 days this section handled ``handled``."""

    section: str = ""
    helpers: str = ""
    reason: str = ""
    dispatches: bool = False
    handled: int = 0
    alike: int = 0


@dataclass(slots=True)
class Beside:
    """Everything that stands beside the form."""

    earlier: Earlier
    same: list[Row]
    proposal: Proposal | None
    answers: list[Phrase]
    elements: list[tuple[str, bool]]
    project: Project | None


def beside(typed: Typed, *, actor: Actor, scope: Scope, now: datetime, asked: Any = None) -> Beside:
    """All of it in a bounded number of statements. ``asked``: what this clerk asked for before (his session), so that the search
    for a person is journalled once and not with every key."""
    with offices.held():
        return Beside(
            earlier=earlier(typed.phone, actor=actor, scope=scope, now=now, asked=asked),
            same=same(typed, actor=actor, scope=scope, now=now),
            proposal=proposal(typed, now),
            answers=phrases.offered(typed.text) if typed.text else [],
            elements=elements(typed),
            project=None if typed.project else offices.project_in(f"{typed.place}\n{typed.text}"),
        )


def elements(typed: Typed) -> list[tuple[str, bool]]:
    """五要素 with their labels; nothing while nothing is typed."""
    if not typed.content:
        return [(pair(each.zh, each.en), False) for each in Element]
    found = said(
        content=typed.text,
        place=typed.place + typed.project,
        who=typed.phone + typed.who,
        is_anonymous=typed.is_anonymous,
    )
    return [(pair(each.zh, each.en), holds) for each, holds in found.items()]


def earlier(number: str, *, actor: Actor, scope: Scope, now: datetime, asked: Any = None) -> Earlier:
    """The caller's earlier matters, the open ones on top; nothing while half a number is typed."""
    plain = telephone.plain(number)
    if not telephone.is_whole(plain) or not actor.roles & PERSON_SEARCH:
        return Earlier()
    found = finding.of_person(plain, actor, now, is_recorded=not _was_asked(plain, asked, now))
    works = scopes.visible(progress.of_callers(found), scope)
    told = progress.of(works, scope, now, LOOKED_AT + 1)
    shown = [_told(row) for row in rows.shown(told[:EARLIER], actor)]
    return Earlier(shown, sum(row["state"] in OPEN for row in told), max(0, len(told) - EARLIER), True)


def _was_asked(plain: str, asked: Any, now: datetime) -> bool:
    """Whether this clerk asked for the number a moment ago; from now on he has."""
    if asked is None:
        return False
    digest = vault.digest(plain)
    kept = {key: at for key, at in asked.get("asked", {}).items() if now - datetime.fromisoformat(at) < ASKED_FOR}
    if digest in kept:
        return True
    asked["asked"] = {**kept, digest: now.isoformat()}
    return False


def same(typed: Typed, *, actor: Actor, scope: Scope, now: datetime) -> list[Row]:
    """Tickets that may be about the same matter, each with why, and what the caller can be told of it."""
    whole = telephone.is_whole(telephone.plain(typed.phone))
    if not whole and not typed.place and len(typed.text) < LEAST_WORDS:
        return []
    visible = scopes.visible(Ticket.objects.all(), scope)
    found = duplicates.like(
        title=typed.title, content=typed.content, place=typed.place, phone=typed.phone if whole else "", now=now, visible=visible, most=4
    )  # fmt: skip
    if not found:
        return []
    why = {each.ticket_id: each for each in found}
    told = progress.of(Ticket.objects.filter(pk__in=list(why)), scope, now, len(why))
    order = list(why)
    told.sort(key=lambda row: order.index(row["id"]))
    return [{**_told(row), "why": _reasons(why[row["id"]])} for row in rows.shown(told, actor)]


def _reasons(each: duplicates.Suggestion) -> str:
    said_so = [pair(*REASONS[name]) for name in each.reasons if name in REASONS]
    if "text" in each.reasons:
        said_so.append(pair(f"内容相近 {each.likeness:.0f}%", f"{each.likeness:.0f}% alike"))
    return listed(said_so)


def _told(row: Row) -> Row:
    """With the last public reply covered, and how many others have spoken of it."""
    reply = "" if row["is_confidential"] else mask_text(row["reply"] or "")
    return {**row, "reply": reply, "others": max(0, row["contacts"] - 1), "is_open": row["state"] in OPEN}


def facts_of(typed: Typed) -> Facts:
    """What the routing rules look at."""
    title = typed.title or (typed.content.strip().splitlines() or [""])[0][:200]
    return Facts(
        typed.channel, typed.type, typed.urgency, title, typed.content, typed.category, "", typed.place, typed.project
    )


def proposal(typed: Typed, now: datetime) -> Proposal | None:
    """What the rules say of it, without writing anything; None while there is nothing to ask them about."""
    if len(typed.text) < LEAST_WORDS:
        return None
    decision, dispatches = routing.preview(facts_of(typed))
    known = offices.sections()
    if decision.section_id is None or decision.section_id not in known:
        return Proposal(reason=pair(decision.reason_zh, decision.reason_en))
    counted = habits.handled(decision.matched, now)
    return Proposal(
        section=known[decision.section_id].name,
        helpers=listed(known[pk].name for pk in decision.co_section_ids if pk in known),
        reason=pair(decision.reason_zh, decision.reason_en),
        dispatches=dispatches and not typed.is_confidential,
        handled=dict(counted).get(decision.section_id, 0),
        alike=sum(many for _section, many in counted),
    )


def typed_of(given: Mapping[str, str]) -> Typed:
    """Read leniently: a word that is none of ours is passed over, nothing is refused while it is typed."""
    return Typed(
        phone=given.get("incoming_phone", "")[:30],
        who=given.get("name", "")[:60],
        content=given.get("content", "")[:4000],
        title=given.get("title", "")[:200],
        place=given.get("place", "").strip()[:200],
        project=given.get("project", "").strip()[:120],
        category=given.get("category", "")[:120],
        channel=_word(Channel, given.get("channel", ""), Channel.DIRECT),
        type=_word(MatterType, given.get("type", ""), MatterType.OTHER),
        urgency=_word(Urgency, given.get("urgency", ""), Urgency.ORDINARY),
        is_anonymous=given.get("is_anonymous") in ("true", "on"),
        is_confidential=bool({given.get("is_confidential"), given.get("is_report")} & {"true", "on"}),
    )


def _word(kind: Any, code: str, otherwise: Any) -> Any:
    return kind(code) if code in kind._value2member_map_ else otherwise
