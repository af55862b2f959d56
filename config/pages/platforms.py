"""平台: how each platform stands, and the one desk for records that could not come in and messages that could not leave."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.permissions import may
from hotline.web.visit import Visit, page
from hotline.wording import label, pair, said, whole
from integrations import masking, parked, registry, standing
from integrations.models import InboxItem, Lot
from tickets import clock
from tickets.actions import delivery
from tickets.domain.messages import Telling
from tickets.models import OutboxRow, Post, Source
from tickets.queries import hall, pages
from tickets.queries.pages import BadCursor

SIZE, MOST = 30, 50
CONFLICT = 409
REFUSALS = (parked.UnableToSettle, delivery.UnableToDeliver, registry.UnknownPlatform)
TONES = {"well": "green", "late": "amber", "paused": "amber", "stopped": "red", "off": ""}


@page("page.platforms")
def platforms(visit: Visit) -> HttpResponse:
    """Every platform with what it needs."""
    found = standing.standings(visit.now)
    rows = [
        {"row": each, "name": pair(each.zh, each.en), "health": said(each.health), "tone": TONES[each.health]}
        for each in found
    ]
    facts = {
        "rows": rows,
        "parked": sum(each.parked for each in found),
        "dead": sum(each.dead for each in found),
        "to_leave": sum(each.to_leave for each in found),
        "sick": sum(
            each.health in (standing.Health.STOPPED, standing.Health.PAUSED, standing.Health.LATE) for each in found
        ),
    }
    return visit.page("platforms/platforms.html", facts)


@page("page.platforms")
def lift(visit: Visit, source: str) -> HttpResponse:
    """Try a platform again that was stopped or left alone."""
    if visit.request.method == "POST":
        standing.lift(source=source, actor=visit.actor, now=visit.now)
        messages.success(visit.request, _("Calls to this platform are tried again."))
    return visit.go(reverse("platforms"))


@page("page.platforms")
def letters(visit: Visit) -> HttpResponse:
    """Both directions on one screen, the oldest first. Whoever may see no personal data is not shown what was wrong."""
    asked = visit.request.GET
    sources = {row.pk: pair(row.name_zh, row.name_en) for row in Source.objects.filter(is_platform=True)}
    source = asked.get("source", "") if asked.get("source", "") in sources else ""
    try:
        came = pages.by_oldest(_came(source), asked.get("in", ""), SIZE)
        left = pages.by_oldest(_left(source), asked.get("out", ""), SIZE)
    except BadCursor:
        return visit.go(reverse("letters"))
    is_open = opens(visit)
    facts = {
        "came": [_told_in(row, sources, is_open=is_open) for row in came.rows],
        "left": [_told_out(row, sources, is_open=is_open) for row in left.rows],
        "came_next": came.next,
        "left_next": left.next,
        "sources": sources.items(),
        "source": source,
        "opens": is_open,
    }
    return visit.page("platforms/letters.html", facts)


def opens(visit: Visit) -> bool:
    """Whether this reader may look into records and settle them."""
    return may(visit.actor, "page.platforms.letter", signed_in=True)


def _came(source: str) -> Any:
    return parked.listed(source).values(
        "id", "source", "key", "identity", "name", "lot", "field", "trouble_zh", "trouble_en", "attempts", "received_at"
    )


def _left(source: str) -> Any:
    rows = hall.undelivered().filter(source=source) if source else hall.undelivered()
    return rows.values(
        "id",
        "source_id",
        "telling",
        "post",
        "attempts",
        "trouble",
        "created_at",
        "inquiry__number",
        "ticket__number",
        "receipt_no",
    )


def _told_in(row: Mapping[str, Any], sources: Mapping[str, str], *, is_open: bool) -> dict[str, Any]:
    trouble = pair(row["trouble_zh"], row["trouble_en"] or row["trouble_zh"])
    return {
        **row,
        "source_name": sources.get(row["source"], row["source"]),
        "lot_label": label(Lot, row["lot"]),
        "trouble": masking.record(trouble) if is_open else "",
        "name": masking.record(row["name"]) if is_open else "",
    }


def _told_out(row: Mapping[str, Any], sources: Mapping[str, str], *, is_open: bool) -> dict[str, Any]:
    return {
        **row,
        "source_name": sources.get(row["source_id"], row["source_id"]),
        "what": label(Telling, row["telling"]),
        "post_label": label(Post, row["post"]),
        "trouble": masking.record(row["trouble"]) if is_open else "",
        "number": row["inquiry__number"] if is_open else "",
        "ticket": row["ticket__number"] if is_open else "",
    }


# --- one of them -----------------------------------------------------------------------------------------------------


@page("page.platforms.letter")
def record(visit: Visit, pk: int) -> HttpResponseBase:
    """A record that could not come in, with the person covered: that it was looked at is journalled. POST opens it whole or settles it."""
    if visit.request.POST.get("do") == "open":
        return _opened(visit, pk)
    if visit.request.method == "POST":
        return _settled(visit, RECORD, pk)
    return _record(visit, pk)


def _opened(visit: Visit, pk: int) -> HttpResponseBase:
    """With the person in it, to be typed in; a file that holds no text comes as itself."""
    try:
        raw = parked.opened(item_id=pk, actor=visit.actor, now=visit.now)
    except parked.UnableToSettle as refusal:
        return _record(visit, pk, said(refusal), CONFLICT)
    if text := parked.text_of(raw):
        return _record(visit, pk, text=text)
    name = InboxItem.objects.values_list("name", flat=True).get(pk=pk)
    return FileResponse(BytesIO(raw), as_attachment=True, filename=PurePosixPath(name).name or f"{pk}")


def _record(visit: Visit, pk: int, wrong: str = "", status: int = 200, text: str = "") -> HttpResponse:
    item = InboxItem.objects.defer("raw").filter(pk=pk).first()
    if item is None:
        raise Http404(str(pk))
    sources = _names()
    facts = {
        "item": item,
        "source_name": sources.get(item.source, item.source),
        "lot_label": label(Lot, item.lot),
        "trouble": masking.record(pair(item.trouble_zh, item.trouble_en or item.trouble_zh)),
        "raw": _in_lines(text or parked.show(item_id=pk, actor=visit.actor, now=visit.now)),
        "is_whole": bool(text),
        "ticket": item.result if item.lot == Lot.BY_HAND else "",
        "waits": item.lot in parked.FOR_A_PERSON,
        "wrong": wrong,
        "given": visit.request.POST,
    }
    return visit.page("platforms/record.html", facts, status=status)


def _in_lines(text: str) -> str:
    """JSON with a line for each field; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


@page("page.platforms.letter")
def message(visit: Visit, pk: int) -> HttpResponse:
    """A message that could not leave, with what the platform answered. POST settles it."""
    if visit.request.method == "POST":
        return _settled(visit, MESSAGE, pk)
    return _message(visit, pk)


def _message(visit: Visit, pk: int, wrong: str = "", status: int = 200) -> HttpResponse:
    row = OutboxRow.objects.select_related("ticket", "inquiry").filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    facts = {
        "row": row,
        "source_name": _names().get(row.source_id, row.source_id),
        "what": label(Telling, row.telling),
        "post_label": label(Post, row.post),
        "trouble": masking.record(row.trouble),
        "facts": _covered(row.facts),
        "evidence": _covered(row.evidence),
        "waits": row.post in delivery.FOR_A_PERSON,
        "wrong": wrong,
        "given": visit.request.POST,
    }
    return visit.page("platforms/message.html", facts, status=status)


def _covered(facts: Mapping[str, Any]) -> str:
    return masking.record(json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True)) if facts else ""


def _names() -> dict[str, str]:
    return {row.pk: pair(row.name_zh, row.name_en) for row in Source.objects.filter(is_platform=True)}


Settle = Callable[[Visit, int], Any]
RECORD: Mapping[str, Settle] = {
    "by_hand": lambda visit, pk: parked.by_hand(
        item_id=pk, actor=visit.actor, now=visit.now, number=visit.request.POST.get("number", "")
    ),
    "replay": lambda visit, pk: parked.replay(item_id=pk, actor=visit.actor, clock=clock.now),
    "discard": lambda visit, pk: parked.discard(
        item_id=pk, actor=visit.actor, now=visit.now, reason=visit.request.POST.get("reason", "")
    ),
}
MESSAGE: Mapping[str, Settle] = {
    "replay": lambda visit, pk: delivery.replay(row_id=pk, actor=visit.actor, now=visit.now),
    "mark_sent": lambda visit, pk: delivery.mark_sent(
        row_id=pk, actor=visit.actor, now=visit.now, receipt_no=visit.request.POST.get("receipt_no", "")
    ),
    "discard": lambda visit, pk: delivery.discard(
        row_id=pk, actor=visit.actor, now=visit.now, reason=visit.request.POST.get("reason", "")
    ),
}


def _settled(visit: Visit, ways: Mapping[str, Settle], pk: int) -> HttpResponse:
    again = _record if ways is RECORD else _message
    do = ways.get(visit.request.POST.get("do", ""))
    if do is None:
        return again(visit, pk)
    try:
        done = do(visit, pk)
    except REFUSALS as refusal:
        return again(visit, pk, _words(refusal), CONFLICT)
    _say(visit, done)
    return visit.go(reverse("letters"))


def _words(refusal: Exception) -> str:
    if isinstance(refusal, registry.UnknownPlatform):
        return _("This platform is switched off: it cannot be replayed.")
    return said(refusal)  # type: ignore[arg-type]


def _say(visit: Visit, done: InboxItem | OutboxRow) -> None:
    """How it stands now: a record that is parked again says so."""
    if isinstance(done, OutboxRow):
        messages.success(visit.request, _("Message %(no)d: %(post)s") % {"no": done.pk, "post": label(Post, done.post)})
    elif done.lot in parked.FOR_A_PERSON:
        messages.warning(visit.request, _("Record %d still cannot be taken in.") % done.pk)
    else:
        messages.success(visit.request, _("Record %(no)d: %(lot)s") % {"no": done.pk, "lot": label(Lot, done.lot)})


@page("page.platforms.letter")
def replay_many(visit: Visit) -> HttpResponse:
    """Once more for all that are picked; how many went through is said, and why the first that did not."""
    post = visit.request.POST
    picked = [(RECORD, pk) for pk in post.getlist("record")] + [(MESSAGE, pk) for pk in post.getlist("message")]
    if visit.request.method != "POST" or not picked:
        messages.warning(visit.request, _("Pick the lines first."))
        return visit.go(reverse("letters"))
    through, refused = 0, list[str]()
    for ways, pk in picked[:MOST]:
        try:
            done = ways["replay"](visit, whole(pk) or 0)
        except REFUSALS as refusal:
            refused.append(_words(refusal))
        else:
            stays = isinstance(done, InboxItem) and done.lot in parked.FOR_A_PERSON
            through, refused = (
                through + (not stays),
                refused + ([_("Record %d still cannot be taken in.") % done.pk] if stays else []),
            )
    told = _("Once more: %(done)d went through, %(left)d did not.") % {"done": through, "left": len(refused)}
    (messages.warning if refused else messages.success)(visit.request, " ".join([told, *refused[:1]]))
    return visit.go(reverse("letters"))
