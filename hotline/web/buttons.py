"""Which acts stand on a ticket's page as buttons: the one that is next, those near it, and the rest with the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from hotline.acting import possible
from hotline.acting.acts import ACTS
from hotline.acting.forms import Nothing
from hotline.telling.matter import Telling
from hotline.wording import pair
from tickets.actions.handling import RETURN_USED
from tickets.domain.states import Action, State
from tickets.models import Ticket

A, S = Action, State
#: What is next in each state, for whoever may do it; the first that is possible is the primary button.
NEXT: Mapping[State, tuple[Action, ...]] = {
    S.REGISTERED: (A.DISPATCH, A.ANSWER_DIRECTLY),
    S.DISPATCHED: (A.SIGN, A.CHASE),
    S.IN_PROGRESS: (A.SUBMIT, A.CHASE),
    S.SECTION_RETURN_ASKED: (A.REFUSE_SECTION_RETURN, A.GRANT_SECTION_RETURN),
    S.AWAITING_INFORMATION: (A.RECEIVE_INFORMATION,),
    S.SUSPENDED: (A.RESUME,),
    S.FIRST_REVIEW: (A.PASS_REVIEW, A.FAIL_REVIEW),
    S.SIGN_OFF: (A.APPROVE, A.DISAPPROVE),
    S.APPROVED: (A.SEND,),
    S.SENT: (A.FOLLOW_UP, A.CLOSE),
    S.FOLLOW_UP: (A.FOLLOW_UP, A.CLOSE),
    S.CLOSED: (A.ARCHIVE, A.REDO),
    S.MERGED: (A.UNMERGE,),
    S.REJECTED: (A.REOPEN,),
    S.TERMINATED: (A.REOPEN,),
    S.RETURNED: (A.REOPEN,),
    S.ARCHIVED: (A.REOPEN, A.REDO),
}
#: Then these, as they are possible; an act that the section would look for stays visible with its reason.
NEAR = (
    A.CONTACT, A.GRANT_EXTENSION, A.REFUSE_EXTENSION, A.GRANT_SUSPENSION, A.REFUSE_SUSPENSION, A.ACCEPT, A.ASK_EXTENSION,
    A.ASK_SECTION_RETURN, A.ASK_SUSPENSION, A.CONTRIBUTE, A.MERGE, A.ASK_OUTWARD_RETURN, A.INSTRUCT, A.SUPERVISE, A.TRANSFER,
)  # fmt: skip
MOST_NEAR = 5
KEYS = {A.SIGN: "s", A.DISPATCH: "d", A.CONTACT: "c"}
#: Written in the reply desk, and nowhere else.
AT_THE_REPLY_DESK = frozenset({A.DRAFT, A.SUBMIT})
FINAL = frozenset({A.SEND})


@dataclass(slots=True)
class Button:
    """An act as a button: ``address`` of its form, or done at once (``is_plain``); ``reason`` why it is not possible."""

    action: Action
    label: str
    address: str
    reason: str = ""
    is_plain: bool = False
    key: str = ""
    confirm: str = ""

    @property
    def is_possible(self) -> bool:
        """Without a reason against it."""
        return not self.reason


@dataclass(slots=True)
class Buttons:
    """``primary`` first, ``near`` beside it, ``rest`` under “other acts”."""

    primary: Button | None = None
    near: list[Button] = field(default_factory=list)
    rest: list[Button] = field(default_factory=list)


def of(telling: Telling, *, writes_reply: bool) -> Buttons:
    """The buttons of this reader. ``writes_reply``: the reply desk stands on the page, and its own button is the primary one."""
    ticket, hanging = telling.ticket, telling.hanging
    told = possible.actions(ticket, telling.actor, hanging)
    found = {Action(each["action"]): _button(each, ticket) for each in told if each["action"] not in AT_THE_REPLY_DESK}
    asked = {row["kind"] for row in hanging["requests"] if row["is_open"]}
    made = Buttons()
    for action in NEXT.get(ticket.stage, ()):
        if made.primary is None and not writes_reply and action in found and found[action].is_possible:
            made.primary = found.pop(action)
    following = [*NEXT.get(ticket.stage, ()), *NEAR]
    for action in following:
        each = found.get(action)
        if each is not None and len(made.near) < MOST_NEAR and _belongs(action, asked) and _is_near(each):
            made.near.append(found.pop(action))
    made.rest = sorted(found.values(), key=lambda each: not each.is_possible)
    return made


def _belongs(action: Action, asked: set[str]) -> bool:
    """A ruling stands among the buttons only while something is asked."""
    wanted = {
        A.GRANT_EXTENSION: "extension", A.REFUSE_EXTENSION: "extension",
        A.GRANT_SUSPENSION: "suspension", A.REFUSE_SUSPENSION: "suspension",
    }.get(action)  # fmt: skip
    return wanted is None or wanted in asked


def _is_near(button: Button) -> bool:
    """Possible, or refused by a ruling rather than by the state: that one stays visible, dashed."""
    return button.is_possible or (button.reason == pair(*RETURN_USED))


def _button(told: Mapping[str, Any], ticket: Ticket) -> Button:
    action = Action(told["action"])
    confirm = (
        pair("发出后不能撤回，确定反馈？", "Once sent it cannot be taken back. Send it?") if action in FINAL else ""
    )
    return Button(
        action, told["label"], reverse("act", args=[ticket.number, action.value]), told["reason"],
        is_plain=ACTS[action].form is Nothing, key=KEYS.get(action, ""), confirm=confirm,
    )  # fmt: skip
