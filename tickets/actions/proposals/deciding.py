"""A measured proposal is decided by a leader who did not make it; what was applied is taken back the same way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Proposal, ProposalKind, ProposedMove, Reach, Stage
from tickets.models.proposal import AT_WORK

from .proposing import UnableToPropose, base_of, note

#: Applying and taking back change rows that the other would count by.
CHANGING = (Stage.WORKING.value, Stage.UNDOING.value)
#: From here a decision leads to changing.
READY = (Stage.OPEN.value, Stage.APPLIED.value)


@transaction.atomic
def approve(*, proposal: Proposal, reach: Reach, actor: Actor, now: datetime, text: str = "") -> Proposal:
    """Let it be applied to new clocks only, to all, or to the chosen tickets; the work is done by ``advance``.

    Raises UnableToPropose; where the calendar or the limit has changed since, it is measured anew first.
    """
    proposal = _locked_with_others(proposal)
    _check_leader(proposal, actor)
    _check_stage(proposal, Stage.OPEN)
    if base_of(proposal) != proposal.base:
        return _again(proposal)
    if reach is Reach.CHOSEN and not proposal.moves.filter(is_chosen=True).exists():
        raise UnableToPropose("chosen", "还没有选定任何工单。", "No ticket is chosen yet.", "reach")
    _refuse_two_at_once(proposal)
    proposal.reach = reach.value
    return _decided(proposal, Stage.WORKING, "proposal_approved", actor, now, text)


def _again(proposal: Proposal) -> Proposal:
    """The stage says it: what was shown is no longer true, so nothing is applied."""
    proposal.stage, proposal.base = Stage.MEASURING.value, base_of(proposal)
    proposal.phase, proposal.cursor, proposal.done = "", 0, 0
    proposal.save()
    return proposal


@transaction.atomic
def refuse(*, proposal: Proposal, actor: Actor, now: datetime, text: str) -> Proposal:
    """Leave everything as it is, with a reason. Raises UnableToPropose."""
    proposal = _locked(proposal)
    _check_leader(proposal, actor)
    _check_stage(proposal, Stage.OPEN, Stage.MEASURING)
    if not text.strip():
        raise UnableToPropose("note", "请写明不同意的理由。", "Say why it is refused.", "note")
    return _decided(proposal, Stage.REFUSED, "proposal_refused", actor, now, text)


@transaction.atomic
def withdraw(*, proposal: Proposal, actor: Actor, now: datetime) -> Proposal:
    """The office takes its proposal from the table before it is decided. Raises UnableToPropose."""
    proposal = _locked(proposal)
    if not actor.has(Role.DISPATCHER):
        raise UnableToPropose("role", "由办公室派单员收回。", "The office's dispatcher withdraws it.")
    _check_stage(proposal, Stage.OPEN, Stage.MEASURING)
    proposal.stage, proposal.finished_at = Stage.WITHDRAWN.value, now
    proposal.save()
    note(proposal, "proposal_withdrawn", actor, now)
    return proposal


@transaction.atomic
def take_back(*, proposal: Proposal, actor: Actor, now: datetime, text: str) -> Proposal:
    """Put the calendar or the limit back as it was, and every clock that followed. Raises UnableToPropose."""
    proposal = _locked_with_others(proposal)
    if not actor.has(Role.LEADER):
        raise UnableToPropose("role", "撤回由领导决定。", "A leader decides that it is taken back.")
    _check_stage(proposal, Stage.APPLIED)
    if not text.strip():
        raise UnableToPropose("note", "请写明撤回的理由。", "Say why it is taken back.", "note")
    later = Proposal.objects.filter(kind=proposal.kind, stage__in=(Stage.APPLIED.value, *CHANGING), pk__gt=proposal.pk)
    if proposal.kind == ProposalKind.POLICY:
        later = later.filter(policy_id=proposal.successor_id or 0)
    if (follower := later.order_by("-pk").first()) is not None:
        raise UnableToPropose(
            "later", f"之后的变更“{follower.title}”仍在执行，请先撤回它。",
            f"A later change (“{follower.title}”) stands upon it: take that back first."
        )  # fmt: skip
    _refuse_two_at_once(proposal)
    return _decided(proposal, Stage.UNDOING, "proposal_taken_back", actor, now, text)


@transaction.atomic
def choose(*, proposal: Proposal, tickets: Collection[int] | QuerySet[Any, Any], chosen: bool, actor: Actor) -> int:
    """Tick tickets (their ids, or a statement that finds them) for Reach.CHOSEN, with all their clocks, or untick them; how many
    clocks that are."""
    if not actor.has(Role.DISPATCHER, Role.LEADER):
        raise UnableToPropose("role", "由办公室或领导选定。", "The office or a leader chooses.")
    proposal = _locked(proposal)
    _check_stage(proposal, Stage.OPEN)
    return ProposedMove.objects.filter(proposal=proposal, ticket_id__in=tickets).update(is_chosen=chosen)


def _decided(proposal: Proposal, stage: Stage, action: str, actor: Actor, now: datetime, text: str) -> Proposal:
    proposal.stage, proposal.note = stage.value, text.strip()
    proposal.decided_by_id, proposal.decided_at = actor.user_id, now
    proposal.phase, proposal.cursor, proposal.done, proposal.changed = "", 0, 0, 0
    proposal.finished_at = None if stage.value in AT_WORK else now
    proposal.save()
    note(proposal, action, actor, now, reach=proposal.reach)
    return proposal


def _locked(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_for_update().get(pk=proposal.pk)


def _locked_with_others(proposal: Proposal) -> Proposal:
    """Locked with all that could begin to change rows, in one order: of two decided at once the second sees the first at work."""
    ready = Proposal.objects.select_for_update().filter(Q(pk=proposal.pk) | Q(stage__in=READY)).order_by("pk")
    list(ready.values_list("pk", flat=True))
    return Proposal.objects.get(pk=proposal.pk)


def _check_leader(proposal: Proposal, actor: Actor) -> None:
    if not actor.has(Role.LEADER):
        raise UnableToPropose("role", "变更方案由领导审批。", "A leader decides proposals.")
    if proposal.proposed_by_id is not None and proposal.proposed_by_id in (actor.user_id, actor.in_place_of):
        raise UnableToPropose("own", "不能审批自己提出的方案。", "Nobody approves a proposal of his own.")


def _check_stage(proposal: Proposal, *stages: Stage) -> None:
    if proposal.stage not in [stage.value for stage in stages]:
        stage = Stage(proposal.stage)
        raise UnableToPropose(
            "stage", f"方案现为“{stage.zh}”，不能这样办理。", f"The proposal is “{stage.en}” now; this cannot be done."
        )


def _refuse_two_at_once(proposal: Proposal) -> None:
    if Proposal.objects.filter(stage__in=CHANGING).exclude(pk=proposal.pk).exists():
        raise UnableToPropose(
            "busy", "另一份方案正在执行，请待其完成后再办。", "Another change is being applied: wait until it is done."
        )
