"""Health for machines: /live says the process breathes, /ready says it can do its work."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets.models import guards


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Always 200; touches nothing."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every probe is "ok", else 503; the answer names each."""
    results = {name: _ask(probe) for name, probe in PROBES.items()}
    calm = all(result == "ok" for result in results.values())
    return JsonResponse({"ready": calm, **results}, status=200 if calm else 503)


def _ask(probe: Callable[[], str]) -> str:
    try:
        return probe()
    except (DatabaseError, OSError) as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "ok" if cursor.fetchone() == (1,) else "no answer"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if not waiting else f"{len(waiting)} waiting"


def _disk() -> str:
    folder = settings.VAR if settings.VAR.exists() else settings.VAR.parent
    return "ok" if shutil.disk_usage(folder).free >= settings.DISK_FREE_BYTES else "low"


def _triggers() -> str:
    gone = guards.missing(connection)
    return "ok" if not gone else "missing: " + ", ".join(gone)


PROBES: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "triggers": _triggers,
    "disk": _disk,
}
