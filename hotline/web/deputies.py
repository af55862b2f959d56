"""代理: who stands in for whom, named and ended; and sitting down at the desk of somebody who is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from hotline.acting import deputies as acting
from hotline.acting.fields import Day, Strict, Text
from hotline.models import Deputy, User
from hotline.permissions import deputies
from hotline.wording import whole
from tickets.actions import ledger
from tickets.domain.moments import to_local

from .asking import Asking
from .visit import Visit, page

SHOWN_AFTER = timedelta(days=60)
MOST = 200


class DeputyForm(Strict):
    """Who is away, who stands in, from which day to which, why."""

    absent = serializers.CharField(max_length=150)
    deputy = serializers.CharField(max_length=150)
    first_day = Day()
    last_day = Day(help_text=gettext_lazy("The last day counts whole."))
    reason = Text(200, required=True)


@page("page.deputies")
def deputyships(visit: Visit) -> HttpResponse:
    """Those that concern this person, and the form for a new one."""
    away = list(acting.arrangeable(visit.actor).select_related("section"))
    today = to_local(visit.now).date()
    others = User.objects.filter(is_active=True).order_by("section__order", "id").select_related("section")
    asking = Asking(
        visit,
        "deputies.html",
        DeputyForm,
        {"rows": _rows(visit, away), "may_arrange": bool(away), "today": today},
        given={"absent": visit.user.username, "first_day": today, "last_day": today},
        choices={
            "absent": lambda: _choices(
                each for each in away if deputies.lendable(each) and acting.may_arrange(visit.actor, each)
            ),
            "deputy": lambda: _choices(
                each
                for each in others
                if each.roles and each != visit.user and not each.actor().roles & deputies.NEVER_LENT
            ),
        },
    )
    return asking.answer(lambda typed: _named(visit, typed))


def _choices(people: Any) -> list[tuple[str, str]]:
    return [(each.username, f"{each} · {each.section.name}" if each.section else str(each)) for each in people]


def _rows(visit: Visit, away: list[User]) -> list[dict[str, Any]]:
    since = to_local(visit.now).date() - SHOWN_AFTER
    mine = Q(absent__in=[each.pk for each in away]) | Q(deputy=visit.user) | Q(absent=visit.user)
    found = Deputy.objects.filter(mine, last_day__gte=since).select_related(
        "absent__section", "deputy__section", "arranged_by"
    )
    today = to_local(visit.now).date()
    return [
        {
            "row": row,
            "state": "ended" if not row.is_active else "over" if row.last_day < today else "coming" if row.first_day > today else "now",
            "may_end": row.is_active and row.last_day >= today
            and (acting.may_arrange(visit.actor, row.absent) or row.deputy_id == visit.user.pk),
            "may_act": row.deputy_id == visit.user.pk and row.is_active and row.first_day <= today <= row.last_day,
        }
        for row in found[:MOST]
    ]  # fmt: skip


def _named(visit: Visit, typed: dict[str, Any]) -> HttpResponse:
    people = {user.username: user for user in User.objects.filter(username__in=[typed["absent"], typed["deputy"]])}
    unknown = [name for name in ("absent", "deputy") if typed[name] not in people]
    if unknown:
        raise serializers.ValidationError({name: [_("No account has this name.")] for name in unknown})
    acting.name(
        absent=people[typed["absent"]],
        deputy=people[typed["deputy"]],
        first_day=typed["first_day"],
        last_day=typed["last_day"],
        reason=typed["reason"],
        actor=visit.actor,
        now=visit.now,
    )
    messages.success(visit.request, _("Named. Both are told in their in-trays."))
    return visit.go(reverse("deputies"))


@page("page.deputies")
def end(visit: Visit, pk: int) -> HttpResponse:
    """End one before its last day."""
    row = Deputy.objects.select_related("absent", "deputy").filter(pk=pk).first()
    if visit.request.method != "POST" or row is None:
        raise Http404
    acting.end(row=row, actor=visit.actor, now=visit.now)
    messages.success(visit.request, _("Ended."))
    return visit.go(reverse("deputies"))


@page("page.deputies")
def act_for(visit: Visit) -> HttpResponse:
    """Sit down at the desk of somebody who is away, or get up again; both are journalled."""
    if visit.request.method != "POST":
        return visit.go(reverse("deputies"))
    session, user = visit.request.session, visit.user
    if user.stand_in is not None:
        ledger.record(chain_name="sign-in", action="stood_in_until_now", actor=user.stand_in.actor, now=visit.now)
        user.stand_in = None
    session.pop(deputies.ACTS_FOR, None)
    if wanted := whole(visit.request.POST.get("deputyship", "")):
        found = deputies.stand_in(user, wanted, visit.now)
        if found is None:
            messages.error(visit.request, _("This deputyship does not run today."))
            return visit.go(reverse("deputies"))
        session[deputies.ACTS_FOR] = found.deputyship
        refs = {"deputyship": found.deputyship}
        ledger.record(chain_name="sign-in", action="stands_in", actor=found.actor, now=visit.now, refs=refs)
    return visit.go("/")
