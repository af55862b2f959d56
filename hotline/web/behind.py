"""The tickets behind a number of the board: asked live, so that what has moved since the number was made is said."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from hotline.telling import rows
from hotline.wording import pair, said
from tickets.domain.words import Labelled, Side
from tickets.models.figure import NOW, TOPIC
from tickets.queries import behind as listing
from tickets.queries import figures as sums
from tickets.queries.measures import RateKey, Tally, of_key
from tickets.queries.pages import BadCursor
from tickets.queries.topics import Topic, TopicKind, words

from .board import Question, friday
from .visit import Visit, page

SIZE = 40
PARTS = ("numerator", "missed", "denominator")


@page("page.board")
def behind(visit: Visit) -> HttpResponse:
    """A page of them, with the number as the board has it and as it is now."""
    question = Question(visit)
    given = visit.request.GET
    found = of_topic(question, given["topic"]) if given.get("topic") else of_figure(visit, question)
    try:
        listed = found["behind"].page(now=visit.now, scope=visit.scope, after=given.get("after", ""), size=SIZE)
    except BadCursor:
        return visit.go(found["address"])
    units, tickets = found["behind"].counted()
    facts = {
        **found,
        "question": question,
        "rows": rows.shown(listed.rows, visit.actor),
        "next": f"{found['address']}&after={listed.next}" if listed.next else "",
        "units": units,
        "tickets": tickets,
        "folded": found["folded"],
        "has_moved": found["folded"] != units,
        "as_of": sums.fold().as_of,
        "back": question.address("board"),
    }
    return visit.page("board/tickets.html", facts)


def of_topic(question: Question, key: str) -> dict[str, Any]:
    """What is counted under a topic, registered in the period. A word that the board never had is none: any could be asked for."""
    try:
        topic = Topic.of(key)
    except ValueError:
        raise Http404(key) from None
    period = question.period
    lines = _sums(question, side=TOPIC, key=topic.key)
    if topic.kind is TopicKind.WORD and not lines[1] and topic.value not in words():
        raise Http404(key)
    found = listing.of_topic(
        topic, period.first, period.last, section_id=question.section_id, channel=question.channel or None
    )
    return {
        "behind": found,
        "title": topic.value,
        "base": pair(
            f"{said(topic.kind)}，本期登记、非保密的件",
            f"{said(topic.kind)}: registered in the period, not confidential",
        ),
        "tabs": [],
        "folded": lines[1],
        "address": question.address("board_tickets", topic=key),
    }


def of_figure(visit: Visit, question: Question) -> dict[str, Any]:
    """What a rate or tally counts: its base, those that count, or those that do not."""
    key, part = _key(visit.request.GET.get("key", "")), visit.request.GET.get("part", "denominator")
    if part not in PARTS:
        raise Http404(part)
    period, today = question.period, question.today
    first, last = (today, friday(today)) if key is Tally.COMING else (period.first, period.last)
    try:
        found = listing.of_figure(
            key, part, first, last, now=visit.now, section_id=question.section_id, channel=question.channel or None  # type: ignore[arg-type]
        )  # fmt: skip
        measure = of_key(key, question.asked().side)
    except LookupError:
        raise Http404(part) from None
    counted, base = _sums(question, side__in=["", question.asked().side.value], key=key.value, present=key)
    folded = {"numerator": counted, "denominator": base, "missed": base - counted}
    has_parts = measure.counts is not None
    return {
        "behind": found,
        "title": said(key),
        "base": pair(measure.zh, measure.en),
        "side": pair(*_side(measure, question)),
        "tabs": [_tab(question, key, each, part, folded) for each in PARTS] if has_parts else [],
        "folded": folded[part],
        "address": question.address("board_tickets", key=key.value, part=part),
    }


def _side(measure: Any, question: Question) -> tuple[str, str]:
    if not measure.has_clock:
        return "", ""
    return ("对外时限", "outer clocks") if question.asked().side is Side.OUTER else ("科室时限", "inner clocks")


def _key(code: str) -> Labelled:
    try:
        return sums.key_of(code, RateKey, Tally)
    except LookupError:
        raise Http404(code) from None


def _tab(question: Question, key: Labelled, part: str, here: str, folded: dict[str, int]) -> dict[str, Any]:
    names = {"numerator": _("Counted"), "missed": _("Not counted"), "denominator": _("Base")}
    return {
        "label": names[part],
        "count": folded[part],
        "is_here": part == here,
        "address": question.address("board_tickets", key=key.value, part=part),
    }


def _sums(question: Question, *, present: Any = None, **chosen: Any) -> tuple[int, int]:
    """Numerator and base as the board has them."""
    period = question.period
    span = sums.within(period.first, period.last)
    if present is Tally.OVERDUE:
        span = Q(grain=NOW)
    elif present is Tally.COMING:
        span = sums.within(question.today, friday(question.today))
    if question.section_id is not None:
        chosen["section"] = question.section_id
    lines = list(sums.summed({"now": span}, ("key",), channel=question.channel, **chosen))
    return (lines[0]["now_numerator"], lines[0]["now_denominator"]) if lines else (0, 0)
