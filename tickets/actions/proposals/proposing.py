"""A change is proposed: written down with its reason, then measured; nothing of the calendar or the limits changes yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.chain import canonical, sha256
from tickets.domain.edition import Amendment, Content, reach
from tickets.domain.moments import to_local
from tickets.domain.terms import BadTerms, End, Terms, Unit
from tickets.domain.words import Role
from tickets.models import Policy, Proposal, ProposalKind, Stage
from tickets.models.proposal import AT_WORK
from tickets.queries.calendar import read_content

from .. import ledger

CHAIN = "policy"
#: What of a limit's row a proposal may change; the rest (which clock, for whom) makes another limit.
CHANGEABLE = ("amount", "unit", "end", "warn_hours", "warn_share", "extension_limit", "citation", "name")
PENDING = (*AT_WORK, Stage.OPEN.value)


class UnableToPropose(Exception):
    """A proposal that cannot be made or decided: ``code``, ``field`` and both languages."""

    def __init__(self, code: str, zh: str, en: str, field: str = "") -> None:
        super().__init__(zh)
        self.code, self.field, self.zh, self.en = code, field, zh, en


@dataclass(frozen=True, slots=True)
class Wanted:
    """New values of a limit's row, and the first day on which new clocks count by them."""

    values: Mapping[str, Any]
    effective_from: date


@transaction.atomic
def propose_calendar(
    *, amendment: Amendment, title: str, document: str, reason: str, actor: Actor, now: datetime
) -> Proposal:
    """Write the amendment down as a proposal. Raises UnableToPropose when it changes nothing, or another waits already."""
    refuse_others(ProposalKind.CALENDAR)
    before = read_content()
    if not amendment or amendment.of(before) == before:
        raise UnableToPropose(
            "nothing", "与现行日历相同，没有要变更的内容。", "The calendar says so already: nothing would change."
        )
    span = reach(before, amendment.of(before))
    what = {"amendment": amendment.plain(), "span": [day.isoformat() for day in span] if span else []}
    return _written(
        Proposal(kind=ProposalKind.CALENDAR.value, title=title, document=document, what=what), reason, actor, now
    )


@transaction.atomic
def propose_policy(*, policy: Policy, wanted: Wanted, reason: str, actor: Actor, now: datetime) -> Proposal:
    """Write new values of a limit down as a proposal: a row that follows the old one. Raises UnableToPropose."""
    refuse_others(ProposalKind.POLICY, policy)
    _check_limit(policy, wanted, to_local(now).date())
    values = {name: _plain(value) for name, value in wanted.values.items()}
    what = {"values": values, "effective_from": wanted.effective_from.isoformat()}
    made = Proposal(kind=ProposalKind.POLICY.value, title=policy.name, document=values.get("citation", ""), what=what)
    made.policy = policy
    return _written(made, reason, actor, now)


def _written(proposal: Proposal, reason: str, actor: Actor, now: datetime) -> Proposal:
    if not actor.has(Role.DISPATCHER, Role.SYSTEM):
        raise UnableToPropose(
            "role", "变更方案由办公室派单员提出。", "Changes are proposed by the office's dispatcher."
        )
    if not reason.strip():
        raise UnableToPropose("reason", "请写明变更原因。", "Say why this is to change.", "reason")
    proposal.reason, proposal.proposed_by_id, proposal.proposed_at = reason.strip(), actor.user_id, now
    proposal.base = base_of(proposal)
    proposal.save()
    note(proposal, "proposal_made", actor, now)
    return proposal


def note(proposal: Proposal, action: str, actor: Actor, now: datetime, **more: Any) -> None:
    """An event on the chain of the rules: digests and references."""
    refs = {"proposal": proposal.pk, "kind": proposal.kind, "what": sha256(canonical(proposal.what)), **more}
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs=refs)


def base_of(proposal: Proposal) -> str:
    """What a proposal is measured against: the calendar's content, or the limit's row as it stands."""
    if proposal.kind == ProposalKind.CALENDAR:
        return read_content().digest()
    row = Policy.objects.filter(pk=proposal.policy_id or 0).values().first()
    return sha256(canonical({name: str(value) for name, value in (row or {}).items()}))


def amended(proposal: Proposal, content: Content) -> Content:
    """The calendar as the proposal would have it."""
    return Amendment.read(proposal.what["amendment"]).of(content)


def refuse_others(kind: ProposalKind, policy: Policy | None = None) -> None:
    """Two proposals about the same thing would be measured against what the other changes."""
    others = Proposal.objects.select_for_update().filter(kind=kind.value, stage__in=PENDING)
    first = (others if policy is None else others.filter(policy=policy)).first()
    if first is not None:
        raise UnableToPropose(
            "pending", f"已有一份变更方案在办（{first.title}），请先审批或收回。",
            f"Another proposal is under way (“{first.title}”): decide or withdraw it first.",
        )  # fmt: skip


def _check_limit(policy: Policy, wanted: Wanted, today: date) -> None:
    if strange := wanted.values.keys() - set(CHANGEABLE):
        raise UnableToPropose("field", f"不能变更：{'、'.join(strange)}。", f"Cannot be changed: {', '.join(strange)}.")
    same = all(getattr(policy, name) == value for name, value in wanted.values.items())
    if same:
        raise UnableToPropose(
            "nothing", "与现行规定相同，没有要变更的内容。", "The limit says so already: nothing would change."
        )
    if not policy.is_active or policy.effective_to is not None:
        raise UnableToPropose("ended", "该规定未启用或已失效。", "This limit is not in force or has an end already.")
    if wanted.effective_from < today or wanted.effective_from <= policy.effective_from:
        raise UnableToPropose(
            "effective_from", "生效日期不能早于今天，且须晚于现行规定的生效日期。",
            "It begins today at the earliest, and after the row it follows.",
            "effective_from",
        )  # fmt: skip
    try:
        amount = wanted.values.get("amount", policy.amount)
        Terms(amount, Unit(wanted.values.get("unit", policy.unit)), End(wanted.values.get("end", policy.end)))
    except (BadTerms, ValueError) as error:
        raise UnableToPropose(
            "amount",
            "时限须大于 0，以日计的须为整数。",
            "A limit is above 0, and whole when counted in days.",
            "amount",
        ) from error


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def successor_of(proposal: Proposal) -> Policy:
    """The row that would follow, not saved."""
    policy = Policy.objects.get(pk=proposal.policy_id or 0)
    row = Policy.objects.get(pk=policy.pk)
    row.pk, row._state.adding = None, True
    for name, value in proposal.what["values"].items():
        column: Any = Policy._meta.get_field(name)
        setattr(row, name, column.to_python(value))
        if name in ("name", "citation"):
            setattr(row, f"{name}_en", "")  # it was of the words before
    row.version, row.effective_from = policy.version + 1, date.fromisoformat(proposal.what["effective_from"])
    return row
