"""The production form, without a container: the commands of Dockerfile and docker-compose.yml run on PostgreSQL as the app's role."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.conf import settings
from psycopg import sql

from config.supervise import ports

from .test_containers import OURS, ROOT, instructions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("TEST_ON") == "sqlite", reason="the production form is on PostgreSQL"),
]
NAME = f"production_{os.getpid()}"
PASSWORD = "only0in0this0test"


def address(user: str = "", *, database: str = NAME) -> str:
    """This run's server, another database, and another login if one is named."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    host = parts.netloc.rsplit("@", 1)[-1]
    login = f"{user}:{PASSWORD}@{host}" if user else parts.netloc
    return urlunsplit(parts._replace(netloc=login, path=f"/{database}"))


@pytest.fixture(scope="module")
def database() -> Iterator[None]:
    """An empty database and no role; both are gone afterwards."""
    name = sql.Identifier(NAME)
    with psycopg.connect(address(database="postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
        try:
            yield
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            owner.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What docker-compose.yml tells web and worker."""
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in range(3)]
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "HOTLINE_VAR": str(tmp_path_factory.mktemp("production")),
        "DATABASE_URL": address(NAME),
        "REDIS_URL": settings.REDIS_URL,
        "HOTLINE_SECRET_KEY": keys[0],
        "HOTLINE_VAULT_KEY": keys[1],
        "HOTLINE_JOURNAL_KEY": keys[2],
        "ALLOWED_HOSTS": "hotline.example",
        "BEHIND_PROXY": "1",
    }


@pytest.fixture(scope="module")
def prepared(database: None, env: dict[str, str]) -> dict[str, str]:
    """The migrations job has run as the owner."""
    as_owner = env | {"DATABASE_URL": address(), "APP_DB_USER": NAME, "APP_DB_PASSWORD": PASSWORD}
    run(OURS["migrations"]["command"], as_owner)
    return env


def run(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@contextlib.contextmanager
def running(command: list[str], env: dict[str, str], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


def succeeds(command: list[str], env: dict[str, str], seconds: float = 60) -> bool:
    """Whether a health check says yes before the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode:
            return True
        time.sleep(0.5)
    return False


def test_the_web_is_healthy_as_a_role_that_owns_nothing(prepared: dict[str, str], tmp_path: Path) -> None:
    port = str(ports.any_free())
    command = json.loads(instructions("CMD")[0])
    command[command.index("--bind") + 1] = f"127.0.0.1:{port}"
    env = prepared | {"PORT": port, "STATIC_ROOT": str(tmp_path), "HOTLINE_ROLE": "web"}
    run(["python", "manage.py", "collectstatic", "--no-input", "--verbosity", "0"], env)
    with (tmp_path / "web.log").open("wb") as log, running(command, env, log):
        assert succeeds(OURS["web"]["healthcheck"]["test"][1:], env), (tmp_path / "web.log").read_text()[-3000:]
        assert not succeeds(["python", "-m", "config.probe", "/no-such-page"], env, seconds=1)


def test_the_worker_answers_its_health_check(prepared: dict[str, str], tmp_path: Path) -> None:
    command = [*OURS["worker"]["command"], "--hostname", "celery@of-this-test"]
    with (tmp_path / "worker.log").open("wb") as log, running(command, prepared, log):
        check = OURS["worker"]["healthcheck"]["test"][1].replace("$$HOSTNAME", "of-this-test").split()
        assert succeeds(check, prepared), (tmp_path / "worker.log").read_text()[-3000:]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


def test_the_beat_writes_its_table_where_its_health_check_looks(prepared: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "beat.log").open("wb") as log, running(OURS["beat"]["command"], prepared, log):
        look = OURS["beat"]["healthcheck"]["test"][1].replace("/srv/var", prepared["HOTLINE_VAR"])
        assert succeeds(["sh", "-c", look], prepared), (tmp_path / "beat.log").read_text()[-3000:]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
