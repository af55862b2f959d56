"""The servers the tests run on are real, are ours alone, and understand Chinese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests import services

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.everywhere
def test_the_database_is_the_one_asked_for_and_this_runs_own() -> None:
    on_sqlite = os.environ.get("TEST_ON") == "sqlite"
    assert connection.vendor == ("sqlite" if on_sqlite else "postgresql")
    assert "test" in str(connection.settings_dict["NAME"])
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings.test"


@pytest.mark.everywhere
def test_sqlite_is_set_up_for_many_writers_or_postgresql_for_chinese() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
            assert found == ["wal", 2]
            assert connection.transaction_mode == "IMMEDIATE"
        else:
            cursor.execute("SELECT '诉' ~ '\\w', upper('ä'), current_setting('server_encoding')")
            assert cursor.fetchone() == (True, "Ä", "UTF8")


@pytest.mark.everywhere
def test_redis_is_real_and_its_database_this_process_own() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.ping()
        assert client.info("server")["redis_version"]
    others = os.environ[services.EMPTY].split(",")
    assert settings.REDIS_URL.rsplit("/", 1)[1] in others


def test_a_run_has_its_own_database_on_a_shared_server() -> None:
    assert services._own_database("postgresql://u@h:1/name?host=/x") == f"postgresql://u@h:1/name_{os.getpid()}?host=/x"


@pytest.mark.parametrize(
    ("whole", "line", "code"), [("1", "LEFT OUT: test_it.py::test_b", 1), ("", "1 passed, 1 skipped", 0)]
)
def test_a_whole_run_with_something_left_out_fails(whole: str, line: str, code: int, tmp_path: Path) -> None:
    text = "import pytest\npytestmark = pytest.mark.everywhere\ndef test_a(): pass\n@pytest.mark.skip\ndef test_b(): pass\n"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path / "test_it.py"],
        cwd=ROOT, env=env | {"TEST_WHOLE": whole, "TEST_ON": "sqlite"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert line in done.stdout
