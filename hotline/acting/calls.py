"""What a telephone system tells becomes a call; a clerk takes it into a form, or calls back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from hotline.models import Call, CallEvent, CallState, Extension, User
from hotline.wording import whole
from tickets.actions import ledger
from tickets.domain import telephone
from tickets.domain.actors import Actor
from tickets.models import Inquiry, vault

from .fields import Strict, Text, When, word

CHAIN = "calls"
KEPT_FOR = timedelta(days=190)  # the law asks for six months of logs
FORGOTTEN_AT_ONCE = 20
LEFT_OPEN = timedelta(hours=4)  # a call that is over and names nobody, until its matter is logged


class EventForm(Strict):
    """One event of a telephone system."""

    event = word(CallEvent)
    call = Text(64, required=True, help_text=gettext_lazy("the telephone system's own id of the call"))
    number = Text(30, help_text=gettext_lazy("the caller's number; empty where it is withheld"))
    extension = Text(20, help_text=gettext_lazy("where it rings or was answered"))
    agent = Text(150, help_text=gettext_lazy("user name, where the telephone system knows it"))
    at = When(
        required=False, allow_null=True, default=None, help_text=gettext_lazy("when it happened; now, when left out")
    )


@transaction.atomic
def tell(*, told: dict[str, Any], now: datetime) -> Call:
    """Book one event. Each event counts once, whatever the order in which they come; an unknown extension rings at everybody's."""
    at = min(told["at"] or now, now)
    Call.objects.bulk_create([Call(call_id=told["call"], came_at=at)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(call_id=told["call"])
    call.came_at = min(call.came_at, at)
    number = telephone.plain(told["number"])
    if number and not call.sealed:
        call.sealed, call.number_digest = vault.seal(number.encode()), vault.digest(number)
    _book(call, CallEvent(told["event"]), _agent(told), at)
    call.extension = told["extension"] or call.extension
    call.save()
    _forget(now)
    return call


def _book(call: Call, event: CallEvent, agent: int | None, at: datetime) -> None:
    if event is CallEvent.RING and agent is not None and agent not in call.rings:
        call.rings = [*call.rings, agent]
    elif event is CallEvent.ANSWER:
        call.answered_at = min(call.answered_at or at, at)
        call.agent_id = call.agent_id or agent
    elif event is CallEvent.HANGUP:
        call.ended_at = min(call.ended_at or at, at)


def _agent(told: dict[str, Any]) -> int | None:
    if told["agent"]:
        found = User.objects.filter(username=told["agent"], is_active=True)
    elif told["extension"]:
        found = User.objects.filter(extension__number=told["extension"], is_active=True)
    else:
        return None
    return found.values_list("pk", flat=True).first()


def sit_at(*, user: User, number: str) -> None:
    """The clerk sits at this extension from now on; whoever sat there before does not."""
    Extension.objects.filter(number=number).exclude(user=user).delete()
    if number:
        Extension.objects.update_or_create(user=user, defaults={"number": number})
    else:
        Extension.objects.filter(user=user).delete()


def of_clerk(pk: str | int, user: User, now: datetime) -> Call | None:
    """A call that this clerk may take into a form: his own, one that rings at his telephone, or a missed one that he calls back."""
    call = Call.objects.filter(pk=whole(pk) or 0).first()
    if call is None:
        return None
    if call.state(now) is CallState.MISSED:
        return call if call.called_back_by_id == user.pk else None
    return call if is_for(call, user) and not _is_closed(call, now) else None


def _is_closed(call: Call, now: datetime) -> bool:
    """Whether a call that is over and names nobody can be taken by nobody any more."""
    if call.agent_id is not None or call.state(now) is not CallState.ENDED:
        return False
    return call.inquiry_id is not None or now - (call.ended_at or call.came_at) > LEFT_OPEN


def is_for(call: Call, user: User) -> bool:
    """Answered by him, or ringing at his telephone; a call that names nobody is everybody's."""
    if call.answered_at is not None:
        return call.agent_id in (None, user.pk)
    return not call.rings or user.pk in call.rings


def going_on(user: User, now: datetime) -> Call | None:
    """The call that this clerk has on his telephone now: the one he talks in, else the newest that rings."""
    live = (CallState.TALKING, CallState.RINGING)
    rows = Call.objects.filter(ended_at__isnull=True, came_at__gte=now - timedelta(hours=5)).order_by("-came_at")[:50]
    mine = [(state, call) for call in rows if is_for(call, user) and (state := call.state(now)) in live]
    mine.sort(key=lambda pair: live.index(pair[0]))
    return mine[0][1] if mine else None


@transaction.atomic
def call_back(*, call: Call, actor: Actor, now: datetime) -> bool:
    """Somebody calls a missed caller back, whom he has missed how often soever: the number is opened, which is recorded. False when
    a colleague was quicker."""
    of_caller = Q(pk=call.pk) | (Q(number_digest=call.number_digest) if call.number_digest else Q(pk__in=[]))
    waiting = Call.objects.filter(of_caller, answered_at__isnull=True, called_back_at__isnull=True)
    if not waiting.update(called_back_at=now, called_back_by_id=actor.account):
        return False
    refs = {"call": call.pk, "digest": call.number_digest}
    ledger.record(chain_name=CHAIN, action="call_back", actor=actor, now=now, refs=refs)
    return True


def attach(*, call: Call, inquiry: Inquiry) -> None:
    """What the call was about."""
    Call.objects.filter(pk=call.pk, inquiry__isnull=True).update(inquiry=inquiry)


def _forget(now: datetime) -> None:
    """Each event makes room for itself."""
    old = Call.objects.select_for_update(skip_locked=True).filter(came_at__lt=now - KEPT_FOR)
    if found := list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        Call.objects.filter(pk__in=found).delete()
