"""回访: what is asked on the telephone, and one form for what came of it: noted, closed, or done once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hotline.wording import pair
from tickets.domain.actors import Actor
from tickets.domain.states import Action, UnableToMove
from tickets.models import PhraseKind, Ticket
from tickets.queries import phrases

from .acts import ACTS

SAVE, CLOSE, REDO, MISSED = "save", "close", "redo", "missed"
#: What a script may name.
NAMES = ("name", "title", "number", "place", "reply", "answered", "section")


def scripts(section_id: int | None, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """(title, text) of the scripts with the facts put in; one of our own where the office has written none."""
    rows = [(row.title, row.body) for row in phrases.of(PhraseKind.SCRIPT, section_id)]
    return [(title, filled(body, facts)) for title, body in rows or [(_("Follow-up script"), plain())]]


def plain() -> str:
    """What anybody can say."""
    return pair(
        "您好，请问是{name}吗？这里是重点工程建设管理局办公室，想就您反映的“{title}”做个回访。\n"
        "{section}已于{answered}答复：{reply}\n"
        "请问：一、问题解决了吗？二、对办理结果满意吗？三、还有什么需要我们改进的？\n感谢您的监督，再见。",
        "Good day, is this {name}? I am calling from the bureau's office about your matter “{title}”.\n"
        "{section} answered on {answered}: {reply}\n"
        "May I ask: is it solved? Are you content with how it was handled? What should we do better?\nThank you, and goodbye.",
    )


def filled(body: str, facts: Mapping[str, str]) -> str:
    """The text with {name}, {title} … put in; braces that name nothing of ours stay as they are."""
    made: list[str] = []
    try:
        pieces = list(Formatter().parse(body))
    except ValueError:
        return body
    for text, name, _spec, _conversion in pieces:
        made.append(text)
        if name is not None:
            made.append(facts[name] if name in NAMES else "{" + name + "}")
    return "".join(made)


@transaction.atomic
def record(*, ticket: Ticket, what: str, actor: Actor, now: datetime, expected: int | None, **outcome: Any) -> None:
    """Write the outcome, and close the matter or ask it done once more in the same breath. ``outcome``: the fields of FollowUp.

    Raises UnableToMove: a redo says why, and who was reached was asked something.
    """
    if what == MISSED:
        outcome |= {"reached": False, "solved": None, "satisfaction": None}
    _check(what, outcome)
    ACTS[Action.FOLLOW_UP].do(ticket=ticket, actor=actor, now=now, expected_version=expected, **outcome)
    if what == REDO:
        reason, inquiry = str(outcome["comment"]).strip()[:500], outcome["inquiry"]
        ACTS[Action.REDO].do(
            ticket=ticket, actor=actor, now=now, expected_version=None, reason=reason, due=None, inquiry=inquiry
        )
    if what == CLOSE:
        ACTS[Action.CLOSE].do(ticket=ticket, actor=actor, now=now, expected_version=None, reason="")


def _check(what: str, outcome: Mapping[str, Any]) -> None:
    if what == REDO and not str(outcome.get("comment") or "").strip():
        raise UnableToMove(
            "comment", "重办须写明群众不满意的原因和诉求。", "Say why it is to be done once more.", field="comment"
        )
    if outcome.get("reached") and outcome.get("solved") is None and outcome.get("satisfaction") is None:
        raise UnableToMove(
            "solved", "已接通的请记录是否解决或满意度。", "Reached: note whether it is solved, or how content the caller is.",
            field="solved",
        )  # fmt: skip
