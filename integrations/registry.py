"""Which platforms there are: their adapters by code, built once a process, and the rows that name them to the tickets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from integrations.protocol import Adapter
from tickets import clock
from tickets.domain.words import OWN_DOORS
from tickets.models import Source

#: Adapter code -> its class. A new adapter is one line here and its address in the settings.
ADAPTERS: dict[str, str] = {
    "hotline": "integrations.adapters.hotline.HotlineAdapter",
    "business": "integrations.adapters.business.BusinessAdapter",
    "petition": "integrations.adapters.petition.PetitionAdapter",
    "inspection": "integrations.adapters.inspection.InspectionAdapter",
}


class UnknownPlatform(Exception):
    """No adapter of this code has an address in the settings."""

    def __init__(self, code: str) -> None:
        known = "、".join(codes()) or "无"
        super().__init__(f"没有接入代码为“{code}”的平台（现有：{known}） / no platform is connected under this code")
        self.code = code


def codes() -> list[str]:
    """The platforms that are connected: those with an address or a folder."""
    return [code for code, given in settings.INTEGRATIONS.items() if given.get("url") or given.get("folder")]


def adapter(code: str) -> Adapter:
    """The adapter of a connected platform, the same object each time in one process. Raises UnknownPlatform."""
    if code not in codes():
        raise UnknownPlatform(code)
    given = settings.INTEGRATIONS[code]
    return _build(_path(code), tuple(sorted((key, _frozen(value)) for key, value in given.items())))


def verifies(code: str) -> Callable[..., Any] | None:
    """The ``verify(headers, raw)`` of a platform that pushes to us; None for one that does not, or is not connected."""
    try:
        return getattr(adapter(code), "verify", None)
    except UnknownPlatform:
        return None


def sync_sources() -> None:
    """Write the rows of Source: the platforms with what their wires can be told, and our own doors. Changes only what differs."""
    connected = codes()
    wanted = [_platform_row(code, is_active=code in connected) for code in {**ADAPTERS, **dict.fromkeys(connected)}]
    wanted += [Source(code=door.value, name_zh=door.zh, name_en=door.en, channel=door.value) for door in OWN_DOORS]
    names = ["name_zh", "name_en", "channel", "tells", "is_platform", "is_active"]
    with transaction.atomic():
        there = Source.objects.in_bulk([row.code for row in wanted])
        for row in wanted:
            old = there.get(row.code)
            if old is None or any(getattr(old, name) != getattr(row, name) for name in names):
                row.save(force_insert=old is None)


def _platform_row(code: str, *, is_active: bool) -> Source:
    kind = import_string(_path(code))
    zh, en = kind.label
    tells = sorted(telling.value for telling in kind.tells)
    return Source(
        code=code,
        name_zh=zh,
        name_en=en,
        channel=kind.channel.value,
        tells=tells,
        is_platform=True,
        is_active=is_active,
    )


def _path(code: str) -> str:
    return str(settings.INTEGRATIONS.get(code, {}).get("adapter") or ADAPTERS[code])


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _now() -> datetime:
    return clock.now()


@lru_cache(maxsize=16)
def _build(path: str, given: tuple[tuple[str, Any], ...]) -> Adapter:
    built: Adapter = import_string(path)(dict(given), _now)
    return built
