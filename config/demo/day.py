"""The main job done once: the platforms send, everything is taken in and routed, staff answer, replies go out, and
the books are compared."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.db.models import Q

from config.demo.staff import Answer, Key, Staff
from integrations import pull, push, registry
from integrations.models import InboxItem, Lot
from integrations.platforms import records
from tickets.domain.words import Outcome
from tickets.models import Inquiry, OutboxRow, Post, Ticket
from tickets.queries import journal

Say = Callable[[str], None]
PATIENCE = 540.0  # seconds for everything to come in
QUIET = 60.0  # seconds without a receipt before the rest is left to people
BEING_SOLVED = {"being_solved": Outcome.IN_PROGRESS}


class StandIns:
    """The control door of the platforms' stand-ins."""

    def __init__(self, base: str) -> None:
        self.base = base

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """GET, or POST with a body; the JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.base}/_control/{path}", data=data, headers={"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def book(self, platform: str) -> list[dict[str, Any]]:
        """What a platform's own book holds, a row for each (number, round)."""
        return list(self.ask(f"book?platform={platform}")["rows"])

    def wait(self) -> None:
        """Until they answer. Raises TimeoutError."""
        for _ in range(300):
            try:
                self.ask("health")
            except (URLError, OSError):
                time.sleep(0.2)
            else:
                return
        raise TimeoutError(self.base)


def answers(folder: Path | None, now: datetime) -> dict[Key, Answer]:
    """What the records hold as replies, by (source, number, round); the own doors' matters too."""
    found = records.load(folder, now) if folder else records.made_up(now)
    by_key = {
        (record.platform, record.number, record.round): _answer(record.reply, record.extra)
        for record in found
        if record.number and record.reply
    }
    typed = {
        (row["channel"], str(row["number"]), 1): _answer(row["reply"], row)
        for row in records.intake_matters()
        if row.get("reply")
    }
    return by_key | typed


def _answer(text: str, extra: dict[str, Any]) -> Answer:
    code = str(extra.get("outcome") or "solved")
    outcome = BEING_SOLVED.get(code) or Outcome(code)
    return Answer(text=text, handling=str(extra.get("handling") or ""), outcome=outcome)


def take_everything_in(stand_ins: StandIns, say: Say) -> None:
    """Release what the platforms hold and pull until nothing is left unread."""
    stand_ins.ask("send", {})
    until, quiet = time.monotonic() + PATIENCE, 0
    while quiet < 2 and time.monotonic() < until:
        took = sum(done.new + len(done.lots) for done in map(pull.pull, registry.codes()))
        progress = stand_ins.ask("progress")
        waiting = InboxItem.objects.filter(lot=Lot.WAITING).count()
        say(f"平台已派 {progress['dispatched']}/{progress['total']}，已入库 {Inquiry.objects.count()} / taken in")
        done = progress["dispatched"] >= progress["total"] and not took and not waiting and not _missing(stand_ins)
        quiet = quiet + 1 if done else 0
        time.sleep(0 if took else 0.5)


def push_everything_out(say: Say) -> None:
    """Push until every outgoing row has its receipt or needs a person; receipts of files come by pull."""
    until, before = time.monotonic() + PATIENCE, -1
    open_posts = [Post.PENDING, Post.SENDING, Post.UNKNOWN, Post.HANDED_OVER]
    while time.monotonic() < until:
        sent = sum(push.push(code).total() for code in registry.codes())
        waiting = OutboxRow.objects.filter(post__in=open_posts).count()
        if waiting != before:
            say(f"待平台收讫 {waiting} / waiting for a receipt")
            before, until = waiting, time.monotonic() + QUIET
        if not waiting:
            return
        if OutboxRow.objects.filter(post=Post.HANDED_OVER).exists():
            pull.pull("inspection")
        time.sleep(0 if sent else 0.5)


def _missing(stand_ins: StandIns) -> set[tuple[str, str]]:
    """(source, number#round) that a platform's book holds and we have neither taken in nor parked."""
    ours = {
        (source, f"{number}#{round_}")
        for source, number, round_ in Inquiry.objects.values_list("source_id", "number", "round")
    }
    parked = set(
        InboxItem.objects.filter(lot__in=[Lot.PARKED, Lot.CONFLICT])
        .exclude(identity="")
        .values_list("source", "identity")
    )
    theirs = {(code, f"{row['number']}#{row['round']}") for code in registry.codes() for row in stand_ins.book(code)}
    return theirs - ours - parked


def differences(stand_ins: StandIns) -> list[str]:
    """Where a platform's book and ours differ, as sets of (source, number, round, reply digest)."""
    platforms = registry.codes()
    ours = {
        (source, number, round_, digest)
        for source, number, round_, digest in Inquiry.objects.filter(source__in=platforms).values_list(
            "source_id", "number", "round", "reply_digest"
        )
    }
    theirs = {
        (code, row["number"], row["round"], row["reply_digest"] or "")
        for code in platforms
        for row in stand_ins.book(code)
    }
    parked = set(InboxItem.objects.filter(lot=Lot.PARKED).exclude(identity="").values_list("source", "identity"))
    gone = {row for row in theirs - ours if (row[0], f"{row[1]}#{row[2]}") not in parked}
    return sorted(
        f"{side} {row}" for side, rows in (("平台 theirs", gone), ("我方 ours", ours - theirs)) for row in rows
    )


def summary(stand_ins: StandIns, replied: int) -> dict[str, Any]:
    """The counts of the run; tickets, joined and parked count each received thing once."""
    tickets, inquiries = Ticket.objects.count(), Inquiry.objects.count()
    parked = _parked()
    verdict = journal.verify()
    return {
        "received": inquiries + parked,
        "tickets": tickets,
        "joined": inquiries - tickets,
        "parked": parked,
        "routed": Ticket.objects.filter(section__isnull=False).count(),
        "replied": replied,
        "pushed": OutboxRow.objects.filter(sent_at__isnull=False).count(),
        "accepted": OutboxRow.objects.filter(post=Post.ACCEPTED).count(),
        "later_events": InboxItem.objects.filter(result="event").count(),
        "parked_events": InboxItem.objects.filter(lot=Lot.PARKED).count() - parked,
        "books": len(differences(stand_ins)),
        "lost": len(_missing(stand_ins)),
        "journal": verdict.text if not verdict.ok else "ok",
    }


def _parked() -> int:
    """Parked records that stand for no inquiry of ours: each identity once, and each without identity."""
    rows = InboxItem.objects.filter(lot=Lot.PARKED)
    known = {f"{s}:{n}#{r}" for s, n, r in Inquiry.objects.values_list("source_id", "number", "round")}
    named = {f"{s}:{i}" for s, i in rows.filter(~Q(identity="")).values_list("source", "identity")} - known
    return len(named) + rows.filter(identity="").count()


def staff(folder: Path | None, clock: Callable[[], datetime]) -> Staff:
    """The demonstration staff with what the records let them answer."""
    return Staff(answers(folder, clock()), clock)
