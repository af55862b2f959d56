"""/live touches nothing; /ready names what is wrong."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]


def test_live_asks_nothing_of_the_database(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/live").status_code == 200


def test_ready_names_every_probe(client: Client) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "migrations": "ok", "triggers": "ok", "disk": "ok"}


def test_a_lost_guard_makes_it_unready(client: Client) -> None:
    on = " ON tickets_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER tickets_event_append_only{on}")
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["triggers"] == "missing: tickets_event_append_only"


def test_a_full_disk_makes_it_unready(client: Client, settings: Settings) -> None:
    settings.DISK_FREE_BYTES = 10**18
    assert client.get("/ready").json()["disk"] == "low"


def test_every_answer_carries_the_content_policy(client: Client) -> None:
    policy = client.get("/live").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert settings.X_FRAME_OPTIONS == "DENY"
