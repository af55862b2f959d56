"""The queue's settings as they were tried against outages, and the bound on what a person may be made to wait for it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from pytest_django import Settings

from config.celery import _configure, app
from config.supervise import ports
from config.supervise.redis import answers

MOST = 10.0  # seconds: gunicorn ends a web worker after 30


def of_the_web(url: str, settings: Settings) -> Celery:
    """An app as a web process has it, with another broker."""
    settings.ROLE, settings.REDIS_URL = "web", url
    web = Celery("of-the-web")
    _configure(web)
    return web


@pytest.fixture
def silent() -> Iterator[str]:
    """A broker that takes the connection and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_work_survives_a_killed_worker_and_carries_no_results() -> None:
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert (conf.task_ignore_result, conf.result_backend, conf.task_time_limit) == (True, None, 300)
    assert (conf.accept_content, conf.task_serializer, conf.enable_utc) == (["json"], "json", True)


def test_a_silently_lost_connection_is_noticed() -> None:
    options = app.conf.broker_transport_options
    assert options["socket_timeout"] == 15
    assert options["health_check_interval"] == 10
    assert options["visibility_timeout"] == 900
    assert options["unacked_restore_throttle"] == 1


def test_no_message_of_the_beat_outlives_its_usefulness() -> None:
    for name, entry in app.conf.beat_schedule.items():
        assert entry["options"]["expires"] <= max(2 * entry["schedule"], 5), name


def test_every_task_of_the_beat_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_broker_that_is_away_costs_a_moment(settings: Settings) -> None:
    web = of_the_web(f"redis://127.0.0.1:{ports.any_free()}/0", settings)
    started = time.monotonic()
    with pytest.raises((OperationalError, OSError)):
        web.send_task("x")
    assert time.monotonic() - started < MOST / 2


def test_a_broker_that_never_answers_costs_a_moment(silent: str, settings: Settings) -> None:
    web = of_the_web(silent, settings)
    started = time.monotonic()
    with pytest.raises((OperationalError, OSError)):
        web.send_task("x")
    assert time.monotonic() - started < MOST


def test_a_message_arrives_at_the_real_one(settings: Settings) -> None:
    assert answers(settings.REDIS_URL)
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("of-this-test")
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
    assert message.payload == {"id": 7}
