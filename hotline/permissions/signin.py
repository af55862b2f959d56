"""Signing in: locked out after five failures, recorded in the journal, all of it in the database (no Redis needed)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from hotline.models import SignInFailure, User
from tickets.actions import ledger
from tickets.domain.words import Role

from .access import NOBODY

CHAIN = "sign-in"
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class UnableToSignIn(Exception):
    """``code``: credentials, locked, not_a_person; ``until``: when a lock ends."""

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
        return hashlib.sha256(self.username.strip().lower().encode(errors="replace")).hexdigest()[:32]


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind our own proxy the one the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if told:
            return told[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def sign_in(request: HttpRequest, *, username: str, password: str, now: datetime) -> User:
    """The account behind name and password. Raises UnableToSignIn; each outcome is journalled on the chain ``sign-in``."""
    attempt = SignIn(username, address_of(request))
    _refuse_locked(attempt, now)
    found = authenticate(request, username=username, password=password)
    if not isinstance(found, User):
        raise _failed(attempt, now)
    if Role.ADAPTER in found.actor().roles:
        ledger.record(chain_name=CHAIN, action="sign_in_refused", actor=found.actor(), now=now, refs=_refs(attempt))
        raise UnableToSignIn(
            "not_a_person", "平台账号不能登录。", "The account of a platform cannot sign in interactively."
        )
    SignInFailure.objects.filter(account=attempt.account, address=attempt.address).delete()
    ledger.record(chain_name=CHAIN, action="sign_in", actor=found.actor(), now=now, refs=_refs(attempt))
    return found


def sign_out(request: HttpRequest, user: User, now: datetime) -> None:
    """Journal that somebody left."""
    refs = _refs(SignIn(user.username, address_of(request)))
    ledger.record(chain_name=CHAIN, action="sign_out", actor=user.actor(), now=now, refs=refs)


def _refuse_locked(attempt: SignIn, now: datetime) -> None:
    row = SignInFailure.objects.filter(account=attempt.account, address=attempt.address).first()
    if row is not None and row.locked_until is not None and row.locked_until > now:
        raise _locked(row.locked_until)


def _locked(until: datetime) -> UnableToSignIn:
    minutes = int(LOCKED_FOR.total_seconds() // 60)
    return UnableToSignIn(
        "locked",
        f"连续{MOST_FAILURES}次登录失败，已锁定{minutes}分钟，请稍后再试。",
        f"{MOST_FAILURES} failures in a row: locked for {minutes} minutes, try again later.",
        until,
    )


@transaction.atomic
def _count(attempt: SignIn, now: datetime) -> SignInFailure:
    """One more failure; failures older than the lock's length are forgotten."""
    SignInFailure.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()
    SignInFailure.objects.get_or_create(
        account=attempt.account, address=attempt.address, defaults={"failures": 0, "failed_at": now}
    )
    rows = SignInFailure.objects.filter(account=attempt.account, address=attempt.address)
    row = rows.select_for_update().get()
    if row.failed_at < now - LOCKED_FOR:
        rows.update(failures=0, locked_until=None)
    rows.update(failures=F("failures") + 1, failed_at=now)
    row.refresh_from_db()
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, now + LOCKED_FOR
        row.save()
    return row


def _failed(attempt: SignIn, now: datetime) -> UnableToSignIn:
    row = _count(attempt, now)
    is_locked = row.locked_until is not None and row.locked_until > now
    action = "locked_out" if is_locked else "sign_in_failed"
    ledger.record(chain_name=CHAIN, action=action, actor=NOBODY, now=now, refs=_refs(attempt))
    if is_locked and row.locked_until is not None:
        return _locked(row.locked_until)
    return UnableToSignIn("credentials", "用户名或密码不正确。", "User name or password is not right.")


def _refs(attempt: SignIn) -> dict[str, str]:
    return {"account": attempt.account, "address": attempt.address}
