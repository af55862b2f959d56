"""The first page: what runs here, and after sign-in what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hotline.models import User
from hotline.permissions import actor_of, closed_row, lists_of, scope_of
from hotline.wording import label, mask_text, said
from tickets import clock
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.states import State
from tickets.domain.words import Channel, Role
from tickets.queries import worklists
from tickets.queries.pages import COUNTED
from tickets.queries.worklists import Worklist

NEWEST = 12


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What runs here; for who has signed in, his lists with their counts and the newest tickets he sees."""
    user = request.user
    return render(request, "hotline/home.html", _work(user) if isinstance(user, User) else {})


def _work(user: User) -> dict[str, Any]:
    actor = actor_of(user)
    scope = scope_of(actor)
    roles = "、".join(label(Role, code) for code in user.roles)
    if scope.kind == "none":
        return {"roles": roles}
    page = worklists.page(worklist=Worklist.ALL, scope=scope, now=clock.now(), user_id=user.pk, size=NEWEST)
    return {"roles": roles, "lists": _lists(actor), "rows": [_row(closed_row(actor, row)) for row in page.rows]}


def _lists(actor: Actor) -> list[dict[str, Any]]:
    wanted = lists_of(actor)
    counts = worklists.counts(worklists=wanted, scope=scope_of(actor), user_id=actor.user_id)
    return [
        {
            "label": said(each),
            "count": counts[each.value],
            "shown": f"{COUNTED - 1}+" if counts[each.value] >= COUNTED else counts[each.value],
            "is_red": each is Worklist.OVERDUE,
        }
        for each in wanted
    ]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    lights = {"red": _("Overdue"), "yellow": _("Due soon"), "green": _("In time")}
    return {
        **row,
        "title": mask_text(row["title"]),
        "due_words": _due(row["due_at"]),
        "state_label": label(State, row["state"]),
        "channel_label": label(Channel, row["channel"]),
        "light_words": lights.get(row["light"], ""),
    }


def _due(moment: datetime | None) -> str:
    """12-31 24:00 rather than 01-01 00:00: the last day is the one that counts."""
    if moment is None:
        return ""
    local = to_local(moment)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - timedelta(days=1):%m-%d} 24:00"
    return f"{local:%m-%d %H:%M}"
