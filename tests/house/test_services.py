"""The servers the tests run on are real, are ours alone, and understand Chinese."""

from __future__ import annotations

import os

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests import services

pytestmark = pytest.mark.django_db


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
