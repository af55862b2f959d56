"""The board in the reader's words: each figure with its base, its change and where its tickets are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hotline.wording import pair, said
from tickets.domain.words import Channel
from tickets.queries.board import Board, Line, Month, Rising
from tickets.queries.measures import RateKey, Tally
from tickets.queries.response_rates import Rate

NEAR = 0.05  # so far below the aim a rate is amber, below that red
#: Where the tickets of a figure are listed: by key, part and what narrows them; '' where nothing is to be clicked.
Listing = Callable[..., str]
R = RateKey


@dataclass(frozen=True, slots=True)
class Number:
    """A count and where its tickets are."""

    count: int
    address: str = ""


@dataclass(slots=True)
class Shown:
    """A rate as it is shown: ``figure`` is its percentage, or the words for an empty base."""

    key: str
    name: str
    figure: str
    base: str
    share: float | None
    numerator: Number
    denominator: Number
    tone: str = ""
    verdict: str = ""
    change: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def percent(self) -> str:
        """0..100 for a bar."""
        return f"{(self.share or 0) * 100:.1f}"


@dataclass(slots=True)
class Row:
    """A section or channel as a line of a table."""

    code: str
    name: str
    address: str
    replied: Shown
    days: str
    incoming: Number
    change: str
    overdue: Number
    coming: Number


class Teller:
    """Tells one board: ``listing`` gives addresses, ``narrow`` the board of a section, ``day_hours`` the hours of a working day."""

    def __init__(
        self, listing: Listing, narrow: Callable[[str, str], str], *, aim: float, before: str, day_hours: float
    ) -> None:
        self.listing, self.narrow = listing, narrow
        self.aim, self.before, self.day_hours = aim, before, day_hours

    def tiles(self, board: Board) -> list[Shown]:
        """The rates on top."""
        made = [
            self.rate(board.whole.rates[key], board.before.get(key))
            for key in (R.REPLIED, R.SIGNED, R.RESPONSE, R.SATISFIED)
        ]
        made[-1].notes.append(self._followed_up(board.whole.rates[R.VALID_FOLLOW_UP]))
        return made

    def _followed_up(self, rate: Rate) -> str:
        if rate.rate is None:
            return ""
        return _("reached %(rate)s (%(numerator)d / %(denominator)d)") % {
            "rate": f"{rate.rate:.1%}", "numerator": rate.numerator, "denominator": rate.denominator,
        }  # fmt: skip

    def rate(self, rate: Rate, before: Rate | None = None, **narrowed: str) -> Shown:
        """One rate, compared with the period before where that had a base."""
        made = Shown(
            rate.key.value, said(rate.key), pair(*rate.outcome_words) if rate.rate is None else f"{rate.rate:.1%}",
            pair(rate.base_zh, rate.base_en), rate.rate,
            Number(rate.numerator, self.listing(rate.key, "numerator", **narrowed)),
            Number(rate.denominator, self.listing(rate.key, "denominator", **narrowed)),
        )  # fmt: skip
        if rate.key is R.REPLIED:
            made.tone, made.verdict = self.verdict(rate.rate)
        made.change = self.changed(rate, before)
        return made

    def verdict(self, share: float | None) -> tuple[str, str]:
        """Tone and words against the aim."""
        if share is None:
            return "", ""
        if share >= self.aim:
            return "blue", _("reaches the aim")
        return ("amber" if share >= self.aim - NEAR else "red"), _("%.1f below the aim") % ((self.aim - share) * 100)

    def changed(self, rate: Rate, before: Rate | None) -> str:
        """较上月 +1.8 in percentage points."""
        if before is None:
            return ""
        if rate.rate is None or before.rate is None:
            return "" if before.rate is not None else f"{self.before} —"
        points = (rate.rate - before.rate) * 100
        return f"{self.before} {'±0' if abs(points) < 0.05 else f'{points:+.1f}'.replace('-', '−')}"

    def rows(self, lines: Iterable[Line], by: str) -> list[Row]:
        """Lines of a table."""
        return [self.row(line, by) for line in lines]

    def row(self, line: Line, by: str) -> Row:
        """One of them."""
        narrowed = {by: line.code}
        name = said(Channel(line.code)) if by == "channel" else line.name
        return Row(
            line.code, name, self.narrow(by, line.code), self.rate(line.rates[R.REPLIED], None, **narrowed),
            self.days(line.rates[R.HANDLING]),
            Number(line.incoming, self.listing(Tally.INCOMING, "denominator", **narrowed)),
            signed(line.incoming - line.incoming_before),
            self.present(Tally.OVERDUE, line.overdue, **narrowed), self.present(Tally.COMING, line.coming, **narrowed),
        )  # fmt: skip

    def present(self, key: Tally, count: int, **narrowed: str) -> Number:
        """What is overdue now, or falls due soon."""
        return Number(count, self.listing(key, "denominator", **narrowed))

    def days(self, rate: Rate) -> str:
        """Mean handling in working days; '—' where nothing was answered."""
        return "—" if rate.hours is None else f"{rate.hours / self.day_hours:.1f}"

    def topics(self, topics: Iterable[Rising]) -> list[dict[str, Any]]:
        """What rises: name, kind, count with its list, change."""
        return [
            {
                "name": each.name,
                "kind": said(each.topic.kind),
                "number": Number(each.now, self.listing("topic", each.topic.key)),
                "change": signed(each.change),
                "tone": "red" if each.change >= 5 else "amber" if each.change > 0 else "",
            }
            for each in topics
        ]


def months(course: Iterable[Month]) -> list[Mapping[str, Any]]:
    """The year's course for chart and table."""
    return [
        {
            "name": pair(f"{each.first.month}月", f"{each.first:%m}"),
            "full": f"{each.first:%Y-%m}",
            "month": each,
            "share": "" if each.rate is None else f"{each.rate * 100:.1f}",
        }
        for each in course
    ]


def signed(count: int) -> str:
    """↑9, ↓2, —."""
    return f"↑{count}" if count > 0 else f"↓{-count}" if count < 0 else "—"
