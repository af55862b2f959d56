"""The Celery app and the beat table. Celery executes, it never remembers: work lives in tables, tasks carry row ids only."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("hotline")

# Without these a worker whose connection is lost silently stays deaf for more than five minutes, and the task of a
# worker killed in mid-work comes back only after the visibility timeout plus up to 100 seconds.
WORKER_TRANSPORT = {
    "socket_timeout": 15,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": True,
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
# In a web worker a hint to the queue must never cost a person more than a moment: the row is committed anyway.
WEB_TRANSPORT = WORKER_TRANSPORT | {"socket_timeout": 2, "socket_connect_timeout": 1, "retry_on_timeout": False}


def _beat(every: float, task: str) -> dict[str, Any]:
    """An entry whose message dies soon: a sweep nobody took in time is worthless, the next one does its work."""
    return {"task": task, "schedule": every, "options": {"expires": max(every * 2, 5), "ignore_result": True}}


@app.on_configure.connect
def _configure(sender: Celery, **_: Any) -> None:
    from django.conf import settings

    sender.conf.update(
        broker_url=settings.REDIS_URL,
        broker_transport_options=WEB_TRANSPORT if settings.ROLE == "web" else WORKER_TRANSPORT,
        broker_connection_timeout=5,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        result_backend=None,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_time_limit=300,
        task_soft_time_limit=270,
        task_publish_retry=True,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2},
        task_serializer="json",
        accept_content=["json"],
        task_queues=[Queue("celery")],
        enable_utc=True,
        timezone="UTC",
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        beat_max_loop_interval=1,
        beat_schedule_filename=str(settings.VAR / "beat-schedule"),
        beat_schedule={
            "sweep-timers": _beat(1, "tickets.tasks.sweep_timers"),
            "seal-journal": _beat(60, "tickets.tasks.seal_journal"),
            "resume-promised": _beat(60, "tickets.tasks.resume_promised"),
            "look-at-calendar": _beat(3600, "tickets.tasks.look_at_calendar"),
            "advance-proposals": _beat(2, "tickets.tasks.advance_proposals"),
            "pull": _beat(settings.PULL_EVERY, "integrations.tasks.pull"),
            "push": _beat(2, "integrations.tasks.push"),
            "write-alerts": _beat(60, "hotline.tasks.write_alerts"),
            "clear-sessions": _beat(3600, "hotline.tasks.clear_sessions"),
            "send-alerts": _beat(20, "integrations.tasks.send_alerts"),
        },
    )


app.autodiscover_tasks()


@worker_init.connect
def _check_first(**_: Any) -> None:
    from .checks import insist

    insist()
