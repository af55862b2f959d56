"""看板: how the bureau or a section does in a period; each number leads to its tickets. The same larger as 电子屏."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from hotline.permissions import may
from hotline.telling import board as telling
from hotline.wording import said
from tickets.domain.moments import to_local
from tickets.domain.words import Channel
from tickets.models import Fold, Section
from tickets.queries import board as figures
from tickets.queries import figures as sums
from tickets.queries import pages
from tickets.queries.calendar import working_calendar
from tickets.queries.measures import Tally

from . import periods
from .approving import CHOSEN
from .periods import Period
from .queue import shown
from .visit import Visit, page

OLD = timedelta(minutes=5)
FRIDAY = 4


class Question:
    """What the address asks, as far as this person may ask it: a section's own people get their section."""

    def __init__(self, visit: Visit) -> None:
        given: Mapping[str, str] = visit.request.GET
        self.today = to_local(visit.now).date()
        self.period: Period = periods.asked(given, self.today)
        self.channel = given.get("channel", "") if given.get("channel") in Channel._value2member_map_ else ""
        self.is_own = visit.scope.kind != "all"
        self.section = self._section(visit, given.get("section", ""))

    def _section(self, visit: Visit, code: str) -> Section | None:
        if self.is_own:
            return Section.objects.get(pk=visit.scope.section_id or 0)
        return Section.objects.filter(code=code).first() if code else None

    @property
    def section_id(self) -> int | None:
        """The only section, if there is one."""
        return self.section.pk if self.section else None

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        narrowed = {"channel": self.channel, "section": "" if self.is_own or not self.section else self.section.code}
        return self.period.query | {name: value for name, value in narrowed.items() if value}

    def address(self, name: str, **more: str) -> str:
        """Of a page about the same, with something else; '' takes it away."""
        query = {key: value for key, value in (self.query | more).items() if value}
        return f"{reverse(name)}?{urlencode(query)}"

    def asked(self) -> figures.Asked:
        """The question to the sums."""
        span = self.period
        return figures.Asked(
            span.first, span.last, span.before_first, span.before_last, self.today, friday(self.today), self.section_id,
            self.channel,
        )  # fmt: skip


def friday(today: date) -> date:
    """The Friday of this week, on a weekend the next one."""
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7)


@page("page.board")
def board(visit: Visit) -> HttpResponse:
    """The board as a page."""
    question = Question(visit)
    told = {**facts(visit, question, sums.fold()), **_choices(visit, question)}
    return visit.page("board/page.html", {**told, "waiting": _waiting(visit)})


def _waiting(visit: Visit) -> str:
    """How many replies and requests wait for the decision of whoever decides them; '' for nobody and nothing."""
    if not may(visit.actor, "page.board.approve", signed_in=True):
        return ""
    count = sum(pages.counts({code: chosen(visit.scope) for code, chosen in CHOSEN.items()}).values())
    return shown(count) if count else ""


@page("page.board")
def part(visit: Visit) -> HttpResponse:
    """What changes of it: nothing to send while no figure has changed."""
    return _part(visit, "board/board.html")


@page("page.board.screen")
def screen(visit: Visit) -> HttpResponse:
    """Large, for a wall: nothing to click, nobody's name."""
    question = Question(visit)
    return visit.page("board/screen.html", facts(visit, question, sums.fold(), is_screen=True))


@page("page.board.screen")
def screen_part(visit: Visit) -> HttpResponse:
    """Likewise."""
    return _part(visit, "board/board.html", is_screen=True)


def _part(visit: Visit, template: str, *, is_screen: bool = False) -> HttpResponse:
    question, fold = Question(visit), sums.fold()
    tag = _tag(visit.request, question, fold, is_old=_is_old(visit, fold))
    if visit.request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response = visit.part(template, facts(visit, question, fold, is_screen=is_screen))
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


def _tag(request: HttpRequest, question: Question, fold: Fold, *, is_old: bool) -> str:
    told = (fold.serial, is_old, question.today, question.query, question.section_id, request.path)
    return f'"{hashlib.sha256(repr((told, translation.get_language())).encode()).hexdigest()[:24]}"'


def _is_old(visit: Visit, fold: Fold) -> bool:
    return fold.as_of is None or visit.now - fold.as_of > OLD


def facts(visit: Visit, question: Question, fold: Fold, *, is_screen: bool = False) -> dict[str, Any]:
    """What the board shows."""
    found = figures.read(question.asked())
    teller = _teller(question, is_screen=is_screen)
    sections = teller.rows(_ordered(found.sections), "section")
    return {
        "question": question,
        "period": question.period,
        "fold": found.fold,
        "is_old": _is_old(visit, found.fold),
        "tiles": teller.tiles(found),
        "overdue": teller.present(Tally.OVERDUE, found.whole.overdue),
        "coming": teller.present(Tally.COMING, found.whole.coming),
        "friday": friday(question.today),
        "sections": sections,
        "unassigned": teller.row(found.unassigned, "section") if found.unassigned else None,
        "channels": [
            row for row in teller.rows(found.channels, "channel") if row.incoming.count or row.replied.share is not None
        ],
        "months": telling.months(found.months),
        "topics": teller.topics(found.topics),
        "incoming": teller.row(found.whole, "").incoming,
        "days": teller.days(found.whole.rates[telling.R.HANDLING]),
        "aim": settings.BOARD_AIM * 100,
        "is_screen": is_screen,
        "part": question.address("board_screen_part" if is_screen else "board_part"),
    }


def _ordered(lines: list[figures.Line]) -> list[figures.Line]:
    """As the office orders its sections; by their rate only where that is wished."""
    if not settings.BOARD_RANKING:
        return lines
    return sorted(lines, key=lambda line: -(line.rates[telling.R.REPLIED].rate or -1))


def _teller(question: Question, *, is_screen: bool) -> telling.Teller:
    def listing(key: Any, part: str, **narrowed: str) -> str:
        if is_screen or key == "" or (narrowed.get("section") == "" and "section" in narrowed):
            return ""
        if key == "topic":
            return question.address("board_tickets", topic=part)
        return question.address("board_tickets", key=key.value, part=part, **narrowed)

    def narrow(by: str, code: str) -> str:
        return (
            ""
            if is_screen or not code or (by == "section" and question.section)
            else question.address("board", **{by: code})
        )

    hours = working_calendar().hours_on(question.today).length / 3_600_000_000
    return telling.Teller(listing, narrow, aim=settings.BOARD_AIM, before=question.period.before, day_hours=hours)


def _choices(visit: Visit, question: Question) -> dict[str, Any]:
    """What the head of the page offers."""
    kinds = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year"), "days": _("Days")}
    return {
        "kinds": [(code, label, code == question.period.kind) for code, label in kinds.items()],
        "spans": [
            (each.query["at"], each.label, each == question.period)
            for each in periods.recent(question.period, question.today)
        ],
        "all_channels": [(each.value, said(each), each.value == question.channel) for each in Channel],
        "earlier": question.address("board", **question.period.earlier),
        "later": question.address("board", **question.period.later) if question.period.last < question.today else "",
        "may_screen": may(visit.actor, "page.board.screen", signed_in=True),
        "screen": question.address("board_screen"),
        "wider": question.address("board", section="") if question.section and not question.is_own else "",
    }
