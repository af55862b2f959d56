"""Says at start what is wrong with the settings, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from .environment import text
from .secrets import JOURNAL, SIGNING, VAULT

MAKE_KEY = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


@checks.register("house")
def secrets_are_set(**_: Any) -> list[checks.CheckMessage]:
    """Each secret is there and of the right size; in production a missing one stops everything."""
    found: list[checks.CheckMessage] = []
    if len(text(SIGNING)) < 40:
        found.append(_missing("house.E001", SIGNING, "at least 40 characters / 至少 40 个字符"))
    for code, name, key in (("house.E002", VAULT, settings.VAULT_KEY), ("house.E003", JOURNAL, settings.JOURNAL_KEY)):
        if not key:
            found.append(_missing(code, name, "32 bytes as base64 / 32 字节的 base64"))
    if settings.VAULT_KEY and settings.VAULT_KEY == settings.JOURNAL_KEY:
        found.append(
            checks.Error(f"{VAULT} and {JOURNAL} must differ / 两把密钥不能相同", hint=MAKE_KEY, id="house.E004")
        )
    return found


def _missing(code: str, name: str, shape: str) -> checks.Error:
    return checks.Error(
        f"{name} is missing or malformed: {shape}", hint=f"Make one, keep it outside the database: {MAKE_KEY}", id=code
    )


@checks.register("house")
def production_is_real(**_: Any) -> list[checks.CheckMessage]:
    """In production the clock is the machine's, and somebody is allowed to call."""
    if not getattr(settings, "PRODUCTION", False):
        return []
    found: list[checks.CheckMessage] = []
    if settings.CLOCK_OFFSET:
        found.append(checks.Error("The clock is moved / 时钟被拨动", hint="Unset HOTLINE_NOW.", id="house.E005"))
    if not settings.ALLOWED_HOSTS:
        found.append(
            checks.Error("ALLOWED_HOSTS is empty / 未设置域名", hint="ALLOWED_HOSTS=name,name", id="house.E006")
        )
    if not text("DATABASE_URL"):
        found.append(
            checks.Error(
                "DATABASE_URL is missing / 未设置数据库", hint="postgresql://user:password@host/name", id="house.E007"
            )
        )
    return found


def insist() -> None:
    """Stop the process when a check of the house fails; for the doors that Django starts without checks (WSGI, Celery)."""
    errors = [message for message in checks.run_checks(tags=["house"]) if message.is_serious()]
    if errors:
        raise SystemExit("\n".join(str(error) for error in errors))
