"""Settings read the environment; misconfiguration speaks at start; no secret has a default in production."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import clockwork, environment, secrets
from config.platforms import configured, demonstration

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command with nothing but these variables of ours."""
    ours = ("HOTLINE", "DATABASE", "REDIS", "DJANGO", "ALLOWED", "TEST")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env | variables, capture_output=True, text=True, check=False)


def test_production_without_secrets_says_which_and_how(tmp_path: Path) -> None:
    found = manage("check", DJANGO_SETTINGS_MODULE="config.settings.production", HOTLINE_VAR=str(tmp_path))
    assert found.returncode == 1
    for name in (*secrets.NAMES, "ALLOWED_HOSTS", "DATABASE_URL"):
        assert name in found.stderr
    assert "base64.b64encode" in found.stderr
    assert not (tmp_path / "secrets.env").exists()


@pytest.mark.parametrize("door", ["config.wsgi", "config.celery"])
def test_the_doors_without_checks_of_their_own_refuse_too(door: str, tmp_path: Path) -> None:
    ask = "import config.wsgi" if door == "config.wsgi" else "from config.celery import app; app.WorkController()"
    env = {"DJANGO_SETTINGS_MODULE": "config.settings.production", "HOTLINE_VAR": str(tmp_path), "PATH": "/usr/bin"}
    found = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "HOTLINE_JOURNAL_KEY" in found.stderr


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "var" / "secrets.env"
    values = []
    for _ in range(2):
        for name in secrets.NAMES:
            monkeypatch.delenv(name, raising=False)
        secrets.load_or_make(path)
        values.append([os.environ[name] for name in secrets.NAMES])
    assert values[0] == values[1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [len(secrets.key_bytes(name)) for name in secrets.NAMES[1:]] == [32, 32]
    assert len(set(values[0])) == 3


@pytest.mark.parametrize("value", ["", "short", "bm90IDMyIGJ5dGVz", "*" * 44])
def test_a_malformed_key_counts_as_missing(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VAULT, value)
    assert secrets.key_bytes(secrets.VAULT) == b""


def test_the_clock_starts_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_CLOCK_OFFSET", raising=False)
    monkeypatch.setenv("HOTLINE_NOW", "2027-03-01T09:00+08:00")
    moved = datetime.now(UTC) + clockwork.offset()
    assert abs(moved - datetime(2027, 3, 1, 1, 0, tzinfo=UTC)) < timedelta(seconds=1)
    assert clockwork.parse("2027-03-01T09:00") == clockwork.parse("2027-03-01T09:00+08:00")
    monkeypatch.setenv("HOTLINE_CLOCK_OFFSET", "3600")  # handed on by the supervisor: wins, so all parts agree
    assert clockwork.offset() == timedelta(hours=1)


def test_a_malformed_variable_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULL_EVERY", "often")
    with pytest.raises(ValueError, match="PULL_EVERY"):
        environment.number("PULL_EVERY", 5)
    with pytest.raises(ValueError, match="HOTLINE_NOW"):
        clockwork.parse("tomorrow")
    with pytest.raises(ValueError, match="DATABASE_URL"):
        environment.database("mysql://x/y", pool=False)


def test_database_addresses_are_read_whole() -> None:
    found = environment.database("postgresql://us%40er:p%2Fw@db.example:5433/name?sslmode=require", pool=True)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er", "p/w", "db.example", "5433", "name",
    )  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["pool"]["max_size"] == 12
    lite = environment.database("sqlite:////srv/x.sqlite3", pool=True)
    assert lite["NAME"] == "/srv/x.sqlite3"
    assert lite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert environment.redacted("postgresql://a:secret@h/n") == "postgresql://a:***@h/n"


def test_an_adapter_without_address_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured({}) == {}
    monkeypatch.setenv("HOTLINE_API_URL", "https://platform.example/api")
    monkeypatch.setenv("HOTLINE_API_KEY", "k")
    assert set(configured({})) == {"hotline"}
    assert configured({})["hotline"]["key"] == "k"
    demo = configured(demonstration("http://127.0.0.1:8610", Path("/srv/platforms")))
    assert set(demo) == {"hotline", "business", "petition", "inspection"}
    assert demo["hotline"]["url"] == "https://platform.example/api"
