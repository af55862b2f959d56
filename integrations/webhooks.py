"""Pushes of platforms: verified over the raw bytes, stored raw, answered; taken in afterwards."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from integrations import inbox, registry, tasks
from integrations.models import InboxItem, Lot
from integrations.protocol import Item
from tickets import clock

log = logging.getLogger(__name__)
LARGEST = 1024 * 1024


@csrf_exempt
@never_cache
def receive(request: HttpRequest, source: str) -> HttpResponse:
    """POST /hooks/<source>: 204 once the raw bytes are stored (also when they were before); 401, 404, 405, 413 with the reason."""
    verify = registry.verifies(source)
    if verify is None:
        return _refusal(404, "没有这个推送地址，请核对平台代码。", "No such address: check the platform's code.")
    if request.method != "POST":
        return _refusal(405, "只接受POST。", "Only POST is taken.")
    raw = _body(request)
    if raw is None:
        return _refusal(413, "推送超过1MB,请拆分后重发。", "The push is over 1 MB: split it.")
    try:
        item: Item = verify(dict(request.headers), raw)
    except Exception as error:
        status = getattr(error, "status", None)
        if not isinstance(status, int):
            raise
        log.warning("push of %s refused: %s", source, status)
        return _refusal(status, getattr(error, "zh", ""), getattr(error, "en", ""))
    inbox.store(source, [item], clock.now())
    _take_in_soon(source, item)
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes; None when there are too many, before they are read."""
    written = request.META.get("CONTENT_LENGTH") or "0"
    if not written.isascii() or not written.isdigit() or int(written) > LARGEST:
        return None
    raw = request.read(LARGEST + 1)
    return raw if len(raw) <= LARGEST else None


def _take_in_soon(source: str, item: Item) -> None:
    rows = InboxItem.objects.filter(source=source, key=item.key, lot=Lot.WAITING)
    for pk in rows.values_list("pk", flat=True)[:5]:
        tasks.hint(tasks.take_in, item_id=pk)


def _refusal(status: int, zh: str, en: str) -> JsonResponse:
    return JsonResponse(
        {"error": {"status": status, "message": zh, "message_en": en}},
        status=status,
        headers={"Allow": "POST"} if status == 405 else None,
        json_dumps_params={"ensure_ascii": False},
    )
