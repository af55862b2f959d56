"""Idempotency-Key: the same key, path and body get the first answer again; act and answer commit together or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.models import Answered
from tickets.models import vault

from .errors import Refused
from .render import dumps

KEPT_FOR = timedelta(days=7)
FORGOTTEN_AT_ONCE = 20
HEADERS = ("ETag", "Location")


class _NotKept(Exception):
    """Carries a refusal out of the transaction, which is rolled back."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def once(request: Request, act: Callable[[], Response], now: datetime, *, keeps: bool) -> HttpResponseBase:
    """Do ``act`` at most once per key. Refusals are not kept. Raises Refused when the key came with another body."""
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method != "POST" or not keeps or not request.user.is_authenticated:
        return act()
    if len(key) > 200 or not key.isascii() or not key.isprintable():
        raise Refused(400, "idempotency_key", _("Idempotency-Key is 1 to 200 printable ASCII characters."))
    try:
        with transaction.atomic():
            return _first_or_again(request, key, act, now)
    except _NotKept as refusal:
        return refusal.response


def _first_or_again(request: Request, key: str, act: Callable[[], Response], now: datetime) -> HttpResponseBase:
    """The row is written before the act: a second request waits at the unique key until the first has committed."""
    mine = {"user_id": request.user.pk, "key": key, "path": request.path[:300]}
    Answered.objects.filter(**mine, answered_at__lt=now - KEPT_FOR).delete()
    forget(now)
    row = Answered(**mine, request_digest=_digest(request), answered_at=now)
    Answered.objects.bulk_create([row], ignore_conflicts=True)
    kept = Answered.objects.select_for_update().get(**mine)
    if kept.status:
        return _again(kept, row.request_digest)
    response = act()
    if not 200 <= response.status_code < 300:
        raise _NotKept(response)
    kept.status, kept.body = response.status_code, vault.seal(dumps(response.data))
    kept.headers = {name: response[name] for name in HEADERS if name in response}
    kept.save()
    return response


def _again(kept: Answered, digest: str) -> HttpResponseBase:
    if kept.request_digest != digest:
        raise Refused(409, "idempotency_key", _("This Idempotency-Key was used with another body: take a new key."))
    headers = {**kept.headers, "Idempotent-Replay": "true"}
    body = vault.unseal(bytes(kept.body))
    return HttpResponse(body, status=kept.status, content_type="application/json", headers=headers)


def _digest(request: Request) -> str:
    """Of what was sent: the parsed body, and the bytes of its files."""
    digest = hashlib.sha256(request.headers.get("If-Match", "").encode())
    files: Any = request.FILES
    plain = {name: value for name, value in dict(request.data).items() if name not in files}
    digest.update(dumps(plain))
    for name in sorted(files):
        for file in files.getlist(name):
            digest.update(f"\n{name}\n{file.name}\n".encode(errors="replace"))
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def forget(now: datetime) -> None:
    """Drop some of what is older than seven days: each new key makes room for itself, and no two callers wait for one another."""
    old = Answered.objects.select_for_update(skip_locked=True).filter(answered_at__lt=now - KEPT_FOR)
    if found := list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        Answered.objects.filter(pk__in=found).delete()
