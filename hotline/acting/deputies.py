"""代理: naming a colleague who sits at the desk of somebody who is away, and ending it before its last day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from hotline.models import Deputy, User
from hotline.permissions.deputies import NEVER_LENT, lendable
from tickets.actions import ledger, notices
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.states import UnableToMove
from tickets.domain.words import SECTION, Role

CHAIN = "accounts"
LONGEST = timedelta(days=180)


def may_arrange(actor: Actor, absent: User) -> bool:
    """The one who is away himself; the security administrator; the chief of his section, for who has roles of a section and no
    others, which are not the chief's to lend. No deputy arranges deputies."""
    if actor.deputy_for is not None:
        return False
    if actor.user_id == absent.pk or actor.has(Role.SECURITY):
        return True
    is_chief = actor.has(Role.CHIEF) and actor.section_id is not None and actor.section_id == absent.section_id
    return is_chief and lendable(absent) <= SECTION


def arrangeable(actor: Actor) -> QuerySet[User]:
    """The people whose absence this actor may arrange for, in service."""
    if actor.deputy_for is not None:
        return User.objects.none()
    people = User.objects.filter(is_active=True).order_by("section__order", "id")
    if actor.has(Role.SECURITY):
        return people
    mine = Q(pk=actor.user_id)
    if actor.has(Role.CHIEF) and actor.section_id is not None:
        mine |= Q(section_id=actor.section_id)
    return people.filter(mine)


@transaction.atomic
def name(
    *, absent: User, deputy: User, first_day: date, last_day: date, reason: str, actor: Actor, now: datetime
) -> Deputy:
    """Name a deputy for some days. Raises UnableToMove with the field that is wrong."""
    _check_people(absent, deputy, actor)
    _check_days(absent, first_day, last_day, to_local(now).date())
    row = Deputy(
        absent=absent,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        arranged_by_id=actor.account,
        arranged_at=now,
    )
    ledger.save_with_history(row, actor=actor, now=now, reason=reason)
    refs = {"deputyship": row.pk, "absent": absent.pk, "deputy": deputy.pk, "from": first_day, "to": last_day}
    ledger.record(chain_name=CHAIN, action="deputy_named", actor=actor, now=now, refs=refs)
    for person in {absent, deputy}:
        _tell(row, person, "deputy_named", now)
    return row


def _check_people(absent: User, deputy: User, actor: Actor) -> None:
    if not may_arrange(actor, absent):
        raise UnableToMove(
            "absent",
            "只能为本人、本科室只任科室岗位的人员指定代理人；其他人员由本人或安全管理员指定。",
            "For yourself, or for people of your own section with no other roles; others do it themselves, or the security administrator.",
            field="absent",
        )
    if absent.pk == deputy.pk:
        raise UnableToMove("deputy", "代理人不能是本人。", "Nobody is his own deputy.", field="deputy")
    if deputy.pk == actor.user_id:
        raise UnableToMove(
            "deputy", "不能指定自己为他人的代理人。", "Nobody names himself to stand in for another.", field="deputy"
        )
    if not lendable(absent):
        raise UnableToMove(
            "absent",
            "系统、安全、审计管理员的职责不能由他人代理。",
            "The duties of system, security and audit administrators are never lent.",
            field="absent",
        )
    if not deputy.is_active or deputy.actor().roles & NEVER_LENT or not deputy.roles:
        raise UnableToMove(
            "deputy",
            "管理员、审计员、平台账号和未授权的账号不能代理业务岗位。",
            "Administrators, auditors, platforms and accounts without a role do not stand in for others.",
            field="deputy",
        )


def _check_days(absent: User, first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day or last_day < today:
        raise UnableToMove(
            "last_day",
            "结束日期不能早于开始日期或今天。",
            "The last day lies before the first, or before today.",
            field="last_day",
        )
    if last_day - first_day > LONGEST:
        raise UnableToMove(
            "last_day",
            "一次代理最长 180 天；长期变动请调整岗位。",
            "At most 180 days at a time: change roles for longer ones.",
            field="last_day",
        )
    others = Deputy.objects.filter(absent=absent, is_active=True, first_day__lte=last_day, last_day__gte=first_day)
    if others.exists():
        raise UnableToMove(
            "first_day",
            "这段时间已有代理人，请先结束原来的安排。",
            "Somebody stands in on some of these days already: end that first.",
            field="first_day",
        )


@transaction.atomic
def end(*, row: Deputy, actor: Actor, now: datetime) -> Deputy:
    """End it now. Raises UnableToMove for others than may arrange it."""
    if not may_arrange(actor, row.absent) and actor.user_id != row.deputy_id:
        raise UnableToMove("absent", "您不能结束这项代理。", "This deputyship is not yours to end.")
    if row.is_active:
        row.is_active = False
        ledger.save_with_history(row, actor=actor, now=now, reason="ended")
        ledger.record(chain_name=CHAIN, action="deputy_ended", actor=actor, now=now, refs={"deputyship": row.pk})
        for person in {row.absent, row.deputy}:
            _tell(row, person, "deputy_ended", now)
    return row


def _tell(row: Deputy, person: User, kind: str, now: datetime) -> None:
    role = next((role for role in Role if role in person.actor().roles), Role.HANDLER)
    told = f"{row.absent} → {row.deputy} · {row.first_day} — {row.last_day}"
    notices.tell(
        key=f"{kind}:{row.pk}:{person.pk}", kind=kind, role=role, now=now, user_id=person.pk, facts={"content": told}
    )
