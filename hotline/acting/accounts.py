"""账号: made with a link instead of a password, changed, switched off and on; whoever makes accounts does not grant their roles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q

from hotline.models import ALONE, WATCHERS, Deputy, LinkKind, User
from hotline.permissions import factors, passwords, tokens
from tickets.actions import ledger, notices, organisation
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.states import UnableToMove
from tickets.domain.words import SECTION, Role
from tickets.models import Section
from tickets.queries import burden

from . import links

CHAIN = "accounts"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,29}")
#: What the security administrator can grant: the roles of people.
GRANTED = tuple(role for role in Role if role not in (Role.ADAPTER, Role.SYSTEM))


def _check(actor: Actor, role: Role) -> None:
    if not actor.has(role):
        raise UnableToMove("role", f"须由{role.zh}办理。", f"For the {role.en.lower()}.")


def _record(action: str, user: User, actor: Actor, now: datetime, **refs: Any) -> None:
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs={"user": user.pk, **refs})


# --- by the system administrator -------------------------------------------------------------------------------------------


@transaction.atomic
def create(
    *, username: str, name: str, section: Section | None, actor: Actor, now: datetime, reason: str = "create"
) -> tuple[User, str]:
    """A new account without roles, and the token of the link by which its owner sets the password. The security administrator is told."""
    _check(actor, Role.SYSADMIN)
    if not NAME.fullmatch(username):
        raise UnableToMove(
            "username",
            "用户名为 2 至 30 位字母、数字、点、横线或下划线。",
            "A user name has 2 to 30 letters, figures, dots, dashes or underscores.",
            field="username",
        )
    if User.objects.filter(username__iexact=username).exists():
        raise UnableToMove(
            "username",
            "用户名已被使用（停用的账号也不重复使用）。",
            "This user name is taken (those switched off are not given again).",
            field="username",
        )
    user = User(username=username, name=name, section=section)
    user.set_unusable_password()
    ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    _record("account_made", user, actor, now, section=section.code if section else "")
    _tell(Role.SECURITY, user, "account_made", now)
    return user, links.make(kind=LinkKind.ACCOUNT, user=user, by=actor, now=now)


def _tell(role: Role, user: User, kind: str, now: datetime) -> None:
    notices.tell(
        key=f"{kind}:{role.value}:{user.pk}:{now.timestamp():.0f}",
        kind=kind,
        role=role,
        now=now,
        facts={"content": f"{user} · {user.username}"},
    )


@transaction.atomic
def change(
    *,
    user: User,
    name: str,
    section: Section | None,
    actor: Actor,
    now: datetime,
    successor: User | None = None,
    hands_over: bool = False,
    reason: str = "change",
) -> User:
    """Another name or section. Moving with open work needs ``hands_over``: it stays with the section, in the hands of ``successor`` or
    of nobody yet. Raises UnableToMove (code ``open_work``) otherwise."""
    _check(actor, Role.SYSADMIN)
    user = User.objects.select_for_update().get(pk=user.pk)
    moves = user.section_id != (section.pk if section else None)
    if moves:
        _hand_over(user, successor, hands_over=hands_over, actor=actor, now=now, reason=reason)
    if not moves and user.name == name:
        return user
    renamed = user.name != name
    user.name, user.section = name, section
    ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    action = "account_moved" if moves else "account_renamed" if renamed else "account_changed"
    _record(action, user, actor, now, section=section.code if section else "")
    return user


@transaction.atomic
def switch_off(
    *,
    user: User,
    actor: Actor,
    now: datetime,
    reason: str,
    successor: User | None = None,
    hands_over: bool = False,
) -> User:
    """Switch an account off: its work is handed over first, sessions, token, second factor, link and deputyships end. Never deleted."""
    _check(actor, Role.SYSADMIN)
    user = User.objects.select_for_update().get(pk=user.pk)
    _check_leaving(user, actor)
    _hand_over(user, successor, hands_over=hands_over, actor=actor, now=now, reason=reason)
    user.is_active = False
    ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    _lock_out(user, actor, now)
    _record("account_switched_off", user, actor, now)
    return user


def _check_leaving(user: User, actor: Actor) -> None:
    if user.pk == actor.user_id:
        raise UnableToMove("self", "不能停用自己的账号。", "Nobody switches himself off.")
    if not user.is_active:
        raise UnableToMove("off", "账号已停用。", "The account is switched off already.")
    for role in (Role.SYSADMIN, Role.SECURITY):
        if role.value in user.roles and not _others(role, user).exists():
            raise UnableToMove(
                "last",
                f"这是最后一个{role.zh}，请先任命新的{role.zh}。",
                f"This is the last {role.en.lower()}: appoint another one first.",
            )


def _others(role: Role, user: User) -> Any:
    return User.objects.filter(is_active=True, roles__icontains=f'"{role.value}"').exclude(pk=user.pk)


def _hand_over(
    user: User, successor: User | None, *, hands_over: bool, actor: Actor, now: datetime, reason: str
) -> None:
    if burden.is_nothing(burden.of_person(user.pk)):
        return
    if not hands_over:
        raise UnableToMove(
            "open_work", "还有未办结的工作，请先移交。", "There is open work: hand it over first.", field="successor"
        )
    numbers = organisation.of_person(
        leaver_id=user.pk, successor_id=successor.pk if successor else None, actor=actor, now=now, reason=reason
    )
    if successor is not None and numbers:
        _pass_drafts(user, successor, numbers)
        notices.tell(
            key=f"handed_over:{user.pk}:{now.timestamp():.0f}",
            kind="handed_over",
            role=Role.HANDLER,
            user_id=successor.pk,
            now=now,
            facts={"content": f"{user} → {successor} · {len(numbers)}"},
        )


def _pass_drafts(user: User, successor: User, numbers: Iterable[str]) -> None:
    """What he had typed into the forms of these tickets is there for the successor, who has typed nothing there himself."""
    theirs = set(successor.drafts.values_list("place", flat=True))
    for draft in user.drafts.all():
        if draft.place.partition("/")[0] in numbers and draft.place not in theirs:
            draft.user = successor
            draft.save(update_fields=["user"])


def _lock_out(user: User, actor: Actor, now: datetime) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    tokens.drop(user=user, actor=actor, now=now)
    factors.drop(user)
    user.links.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    for row in Deputy.objects.filter(Q(absent=user) | Q(deputy=user), is_active=True):
        row.is_active = False
        ledger.save_with_history(row, actor=actor, now=now, reason="account switched off")
        ledger.record(chain_name=CHAIN, action="deputy_ended", actor=actor, now=now, refs={"deputyship": row.pk})


@transaction.atomic
def switch_on(*, user: User, actor: Actor, now: datetime, reason: str = "switch on") -> str:
    """Switch an account on again, without roles: they are granted anew. Returns the token of a link for a new password."""
    _check(actor, Role.SYSADMIN)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active, user.roles = True, []
    user.set_unusable_password()
    ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    _record("account_switched_on", user, actor, now)
    _tell(Role.SECURITY, user, "account_made", now)
    return links.make(kind=LinkKind.ACCOUNT, user=user, by=actor, now=now)


@transaction.atomic
def reset(*, user: User, actor: Actor, now: datetime) -> str:
    """The token of a link for a new password; the present one is good until then. Its owner and the security administrator are told.
    Raises UnableToMove for those who watch the system administrator: he could open their link himself."""
    _check(actor, Role.SYSADMIN)
    if user.pk == actor.user_id:
        raise UnableToMove("self", "请在“我的账号”中修改自己的密码。", "Change your own password under “My account”.")
    if _watches(user):
        raise UnableToMove(
            "watcher",
            "安全管理员、审计管理员的密码不由系统管理员单独重设：请停用该账号后重新启用，再由安全管理员授予岗位；"
            "只有一名安全管理员的，由运维人员在服务器上执行 manage.py first_admin --again 用户名。",
            "The system administrator alone resets no password of a security administrator or auditor: switch the account off and on "
            "again, and let the security administrator grant its role anew; of the only security administrator, whoever runs the server "
            "does it with manage.py first_admin --again USERNAME.",
        )
    return _link(user, actor, now)


@transaction.atomic
def reset_on_server(*, user: User, now: datetime) -> str:
    """The same for a security administrator or an auditor, by whoever runs the server."""
    if not _watches(user):
        raise UnableToMove(
            "role",
            "仅用于安全管理员、审计管理员的账号，其他账号由系统管理员办理。",
            "Only for security administrators and auditors: the system administrator does it for others.",
        )
    return _link(user, SYSTEM, now)


def _watches(user: User) -> bool:
    return bool({Role.SECURITY.value, Role.AUDITOR.value} & set(user.roles))


def _link(user: User, actor: Actor, now: datetime) -> str:
    if not user.is_active:
        raise UnableToMove("off", "账号已停用，请先启用。", "The account is switched off: switch it on first.")
    _record("link_made", user, actor, now)
    if user.has_usable_password():
        role = next((role for role in Role if role in user.actor().roles), Role.HANDLER)
        notices.tell(
            key=f"link_made:{user.pk}:{now.timestamp():.0f}", kind="link_made", role=role, user_id=user.pk, now=now
        )
        _tell(Role.SECURITY, user, "link_made_for", now)
    if set(user.roles) & {role.value for role in WATCHERS}:
        _tell(Role.AUDITOR, user, "link_made_for", now)
    kind = LinkKind.RESET if user.has_usable_password() else LinkKind.ACCOUNT
    return links.make(kind=kind, user=user, by=actor, now=now)


# --- by the security administrator -----------------------------------------------------------------------------------------


@transaction.atomic
def grant(*, user: User, roles: Iterable[str], actor: Actor, now: datetime, reason: str = "grant") -> User:
    """Exactly these roles. Raises UnableToMove where duties would not be apart, for oneself, and for the last security administrator."""
    _check(actor, Role.SECURITY)
    user = User.objects.select_for_update().get(pk=user.pk)
    wanted = [role.value for role in GRANTED if role.value in set(roles)]
    _check_granting(user, wanted, actor)
    if sorted(wanted) == sorted(user.roles):
        return user
    before, user.roles = list(user.roles), wanted
    ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    gone, come = [each for each in before if each not in wanted], [each for each in wanted if each not in before]
    _record("roles_granted", user, actor, now, granted=come, taken=gone)
    return user


def _check_granting(user: User, wanted: list[str], actor: Actor) -> None:
    if user.pk == actor.user_id:
        raise UnableToMove("self", "不能给自己授权。", "Nobody grants himself roles.", field="roles")
    if not user.is_active:
        raise UnableToMove("off", "账号已停用。", "The account is switched off.", field="roles")
    if Role.ADAPTER.value in user.roles:
        raise UnableToMove("roles", "平台账号不授予岗位。", "A platform's account gets no roles.", field="roles")
    _check_apart(user, wanted)
    if user.section_id is None and set(wanted) & {role.value for role in SECTION}:
        raise UnableToMove(
            "roles",
            "承办人和科室负责人须先由系统管理员安排科室。",
            "Handlers and chiefs need a section first, from the system administrator.",
            field="roles",
        )
    for role in (Role.SYSADMIN, Role.SECURITY):
        if role.value in user.roles and role.value not in wanted and not _others(role, user).exists():
            raise UnableToMove(
                "last",
                f"这是最后一个{role.zh}，请先任命新的{role.zh}。",
                f"This is the last {role.en.lower()}: appoint another one first.",
                field="roles",
            )


def _check_apart(user: User, wanted: list[str]) -> None:
    """The three that keep watch are three people, and do nothing else."""
    watching = [role for role in ALONE if role.value in wanted]
    if watching and len(wanted) > 1:
        raise UnableToMove(
            "apart",
            "系统管理员、安全管理员、审计管理员不得由同一人担任，也不得兼任业务岗位。",
            "System, security and audit administrator are three people, and hold no other role.",
            field="roles",
        )
    others = [role.value for role in WATCHERS if role not in watching]
    for role in watching:
        for other in others:
            twin = (
                User.objects.filter(is_active=True, roles=[other], name=user.name).exclude(pk=user.pk).exclude(name="")
            )
            if twin.exists():
                raise UnableToMove(
                    "apart",
                    f"{user} 已以另一账号担任{Role(other).zh}，不能再担任{role.zh}。",
                    f"{user} is {Role(other).en.lower()} under another account already.",
                    field="roles",
                )


@transaction.atomic
def drop_factor(*, user: User, actor: Actor, now: datetime, reason: str) -> None:
    """Take the second factor off an account whose owner has lost telephone and codes; its sessions and its token end."""
    _check(actor, Role.SECURITY)
    if user.pk == actor.user_id:
        raise UnableToMove("self", "请在“我的账号”中办理。", "Do that under “My account”.")
    factors.drop(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    tokens.drop(user=user, actor=actor, now=now)
    _record("factor_dropped", user, actor, now, reason=reason[:200])


# --- by the link -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_password(*, link: Any, password: str, now: datetime) -> User:
    """The owner of an account sets his password by the link, which is used up; every open session ends."""
    links.use(link=link, now=now)
    user = User.objects.select_for_update().get(pk=link.user_id)
    for session in UserSession.objects.filter(user=user):
        session.end()
    passwords.change(user=user, password=password, actor=user.actor(), now=now, action="password_set_by_link")
    return user


@transaction.atomic
def first(*, link: Any, people: Iterable[tuple[Role, str, str, str]], now: datetime) -> list[User]:
    """The first system administrator and the first security administrator, as (role, user name, name, password), by the link of
    ``manage.py first_admin``. Raises UnableToMove when there are such already, or when the two are one."""
    links.use(link=link, now=now)
    rows = list(people)
    if are_there():
        raise UnableToMove("there", "已有系统管理员和安全管理员。", "There are administrators already.")
    if len({username.lower() for _, username, _, _ in rows}) < len(rows) or len({name for _, _, name, _ in rows}) < len(
        rows
    ):
        raise UnableToMove(
            "apart", "系统管理员和安全管理员须为两个人。", "System and security administrator are two people."
        )
    made = []
    for role, username, name, password in rows:
        user = User(username=username, name=name, roles=[role.value])
        user.set_password(password)
        user.password_set_at = now
        ledger.save_with_history(user, actor=SYSTEM, now=now, reason="first administrators")
        _record("first_administrator", user, SYSTEM, now, role=role.value)
        made.append(user)
    return made


def are_there() -> bool:
    """Has the installation a system administrator and a security administrator in service?"""
    held = [set(roles) for roles in User.objects.filter(is_active=True).values_list("roles", flat=True)]
    return all(any(role.value in roles for roles in held) for role in (Role.SYSADMIN, Role.SECURITY))
