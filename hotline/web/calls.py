"""来电: the call on the line, polled by the desk; the calls of the last days, and calling back those that were missed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from hotline.acting import calls as acting
from hotline.models import Call
from hotline.telling import calls as telling

from .visit import Visit, page

NOTHING_NEW = 204
NOT_MODIFIED = 304


@page("page.calls")
def ringing(visit: Visit) -> HttpResponse:
    """The bar of the call that this clerk has on his telephone. 204 while it is as the page says (``seen``), or there is none."""
    call = acting.going_on(visit.user, visit.now)
    told = telling.on_the_line(call, visit.now) if call else None
    mark = told["mark"] if told else ""
    if mark == visit.request.GET.get("seen", ""):
        return HttpResponse(status=NOTHING_NEW)
    tag = f'"{mark or "none"}"'
    if visit.request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=NOT_MODIFIED)
    else:
        response = visit.part("intake/call_bar.html", {"line": told})
    response.headers["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@page("page.calls")
def calls(visit: Visit) -> HttpResponse:
    """The calls of seven days; who sits at which telephone."""
    facts = {
        "rows": telling.listed(visit.now),
        "extension": telling.extension_of(visit.user),
        **telling.around(visit.user, visit.now),
    }
    return visit.page("intake/calls.html", facts)


@page("page.calls")
def call_back(visit: Visit, pk: int) -> HttpResponse:
    """Open the form with the number of a missed call, which is recorded; whoever is first has it."""
    call = telling.missed(visit.now).filter(pk=pk).first()
    if visit.request.method != "POST":
        raise Http404
    if call is not None and acting.call_back(call=call, actor=visit.actor, now=visit.now):
        return visit.go(f"{reverse('intake')}?call={call.pk}")
    if not Call.objects.filter(pk=pk).exists():
        raise Http404
    messages.warning(visit.request, _("Somebody was quicker: this caller has been called back."))
    return visit.go(reverse("calls"))


@page("page.calls")
def sit_at(visit: Visit) -> HttpResponse:
    """The clerk says at which extension he sits."""
    if visit.request.method == "POST":
        number = visit.request.POST.get("extension", "").strip()[:20]
        acting.sit_at(user=visit.user, number=number)
        messages.success(visit.request, _("You sit at extension %s.") % number if number else _("Extension removed."))
    return visit.go(reverse("calls"))
