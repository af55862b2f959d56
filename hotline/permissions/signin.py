"""Signing in: locked out after five failures, recorded in the journal, all of it in the database (no Redis needed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from hotline.models import User
from tickets.actions import ledger
from tickets.domain.actors import Actor
from tickets.domain.words import Role

from . import factors
from .access import NOBODY
from .lockout import Door, digest

CHAIN = "sign-in"
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


class UnableToSignIn(Exception):
    """``code``: credentials, locked, not_a_person, code_needed, code_wrong; ``until``: when a lock ends."""

    def __init__(self, code: str, zh: str, en: str, until: datetime | None = None) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en, self.until = code, zh, en, until


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who tries, and from where."""

    username: str
    address: str

    @property
    def account(self) -> str:
        """How the lock-out and the journal name the account: a digest, because people type passwords into this field."""
        return digest(self.username)

    @property
    def door(self) -> Door:
        """Where failures in a row are counted."""
        return Door(self.account, self.address, MOST_FAILURES, LOCKED_FOR)


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind our own proxy the one the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if told:
            return told[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def sign_in(request: HttpRequest, *, username: str, password: str, code: str = "", now: datetime) -> User:
    """In by name, password and, where the account has a second factor, its code. Raises UnableToSignIn."""
    user = check_password(request, username=username, password=password, now=now)
    if factors.has(user):
        if not code:
            raise UnableToSignIn("code_needed", "请输入动态验证码。", "Enter the code of your authenticator as well.")
        check_code(request, user=user, code=code, now=now).record_usage()
    enter(request, user, now)
    user_logged_in.send(sender=User, request=request, user=user, response=None)  # what pages send: lists the session
    return user


def check_password(request: HttpRequest, *, username: str, password: str, now: datetime) -> User:
    """The account behind name and password, which may still owe a second factor. Raises UnableToSignIn; failures are journalled."""
    attempt = SignIn(username, address_of(request))
    _refuse_locked(attempt, now)
    found = authenticate(request, username=username, password=password)
    if not isinstance(found, User):
        zh, en = "用户名或密码不正确。", "User name or password is not right."
        raise _failed(attempt, now, UnableToSignIn("credentials", zh, en))
    refuse_machines(request, found, now)
    return found


def refuse_machines(request: HttpRequest, user: User, now: datetime) -> None:
    """A platform's account does not sit at a desk. Raises UnableToSignIn."""
    if Role.ADAPTER in user.actor().roles:
        _record("sign_in_refused", SignIn(user.username, address_of(request)), user.actor(), now)
        raise UnableToSignIn(
            "not_a_person", "平台账号不能登录。", "The account of a platform cannot sign in interactively."
        )


def check_code(request: HttpRequest, *, user: User, code: str, now: datetime) -> Authenticator:
    """The second factor, under the same lock-out as the password. Raises UnableToSignIn."""
    attempt = SignIn(user.username, address_of(request))
    _refuse_locked(attempt, now)
    found = factors.find(user, code)
    if found is None:
        zh, en = (
            "验证码不正确或已用过，请输入新的一组。",
            "The code is not right, or was used before: enter the next one.",
        )
        raise _failed(attempt, now, UnableToSignIn("code_wrong", zh, en))
    return found


def enter(request: HttpRequest, user: User, now: datetime) -> None:
    """Open the session of somebody who has shown all that is asked of him; failures before it are forgotten."""
    attempt = SignIn(user.username, address_of(request))
    attempt.door.forget()
    login(request, user, backend=getattr(user, "backend", settings.AUTHENTICATION_BACKENDS[0]))
    if user.password_set_at is None:
        User.objects.filter(pk=user.pk).update(password_set_at=now)  # from the first time on its age is known
    _record("sign_in", attempt, user.actor(), now)


def sign_out(request: HttpRequest, user: User, now: datetime, action: str = "sign_out") -> None:
    """Journal that somebody left, or that his session has ended (``session_over``)."""
    _record(action, SignIn(user.username, address_of(request)), user.actor(), now)


def _refuse_locked(attempt: SignIn, now: datetime) -> None:
    if until := attempt.door.locked_until(now):
        raise _locked(until)


def _locked(until: datetime) -> UnableToSignIn:
    minutes = int(LOCKED_FOR.total_seconds() // 60)
    return UnableToSignIn(
        "locked",
        f"连续{MOST_FAILURES}次登录失败，已锁定{minutes}分钟，请稍后再试。",
        f"{MOST_FAILURES} failures in a row: locked for {minutes} minutes, try again later.",
        until,
    )


def _failed(attempt: SignIn, now: datetime, refusal: UnableToSignIn) -> UnableToSignIn:
    """Count and journal a failure: the refusal, or at the fifth the lock."""
    until = attempt.door.fail(now)
    _record("locked_out" if until else "sign_in_failed", attempt, NOBODY, now)
    return _locked(until) if until else refusal


def _record(action: str, attempt: SignIn, actor: Actor, now: datetime) -> None:
    refs = {"account": attempt.account, "address": attempt.address}
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs=refs)
