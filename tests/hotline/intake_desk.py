"""What the tests of the intake desk share: a form as a browser sends it, rules, projects and phrases of the made-up bureau."""

from __future__ import annotations

from typing import Any

from tests.hotline.bureau import Bureau, Desk
from tickets import clock
from tickets.actions import ledger
from tickets.domain.actors import SYSTEM
from tickets.models import Phrase, Project, Route, Ticket

NUMBER = "19900001234"
TEXT = "样例路东段工地昨晚十一点还在施工，噪声很大。希望夜间停工。"


def form(**typed: Any) -> dict[str, Any]:
    """The form with a call typed into it; an empty value leaves the field empty."""
    given = {
        "entry": "a1b2c3d4e5f60718", "channel": "direct", "way": "phone", "incoming_phone": NUMBER, "name": "测试甲", "content": TEXT,
        "place": "样例路东段", "type": "complaint", "urgency": "ordinary", "needs_reply": "true", "do": "log",
    }  # fmt: skip
    return {**given, **typed}


def keep(row: Any) -> Any:
    """Save a reference row as people do."""
    ledger.save_with_history(row, actor=SYSTEM, now=clock.now(), reason="made")
    return row


def rule(bureau: Bureau, *, dispatches: bool = False, words: tuple[str, ...] = ("噪声",)) -> Route:
    """Noise goes to the lead section, helped by the other."""
    return keep(
        Route(
            name="噪声", section=bureau.lead, co_sections=[bureau.other.code], dispatches=dispatches, conditions={"words": list(words)}
        )
    )  # fmt: skip


def project(name: str = "样例路快速化改造", *aliases: str) -> Project:
    """A key project."""
    return keep(Project(code=f"P-{name}", name=name, aliases=list(aliases or ("样例路",))))


def phrase(kind: str, title: str, body: str, **facts: Any) -> Phrase:
    """A template or an answer."""
    return keep(Phrase(kind=kind, title=title, body=body, facts=facts))


def send(desk: Desk, **typed: Any) -> Any:
    """POST the form."""
    return desk.client.post("/intake/", form(**typed))


def logged(desk: Desk, **typed: Any) -> Ticket:
    """POST the form, and the ticket that it became."""
    answer = send(desk, **typed)
    assert answer.status_code == 303, answer.content.decode()
    assert answer["Location"].startswith("/intake/receipt/")
    return Ticket.objects.get(number=answer["Location"].split("/")[3])
