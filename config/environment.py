"""Reads the environment: every variable the house knows is asked for through these five functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
TRUE = {"1", "true", "yes", "on"}
SQLITE_INIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"


def text(name: str, default: str = "") -> str:
    """The variable without blanks around it; empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """1, true, yes, on are true; not set is ``default``."""
    value = text(name)
    return value.lower() in TRUE if value else default


def number(name: str, default: float) -> float:
    """A number, such as seconds. Raises ValueError naming the variable."""
    value = text(name)
    try:
        return float(value) if value else default
    except ValueError as error:
        raise ValueError(f"{name} 应为数字 / must be a number, not {value!r}") from error


def words(name: str, default: str = "") -> list[str]:
    """Values parted by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute path; a relative one counts from the project's root."""
    return (ROOT / text(name, str(default))).resolve()


def database(url: str, *, pool: bool) -> dict[str, Any]:
    """Django's database settings from ``postgresql://user:password@host:port/name?option=value`` or ``sqlite:///path``.

    ``pool``: keep a connection pool (PostgreSQL, web only). Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts.path)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            "DATABASE_URL 应以 postgresql:// 或 sqlite:/// 开头 / must begin with postgresql:// or sqlite:///"
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 5}
    options.setdefault("connect_timeout", 5)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _sqlite(path: str) -> dict[str, Any]:
    """Write-ahead log and BEGIN IMMEDIATE: with Django's deferred BEGIN six writers lose most of their work to locks."""
    name = Path(unquote(path.removeprefix("/")))
    return {
        "ENGINE": "config.backends.sqlite3",
        "NAME": str((ROOT / name).resolve()),
        "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_INIT},
    }


def redacted(url: str) -> str:
    """The same address with its password hidden, for lines people see."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return url.replace(f":{parts.password}@", ":***@", 1)


def given(names: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``names`` (setting -> variable) that are set."""
    return {key: text(name) for key, name in names.items() if text(name)}
