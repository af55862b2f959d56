"""A change of the calendar or of a limit as it is typed: a notice's file, an order for some days, office hours, new values of a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tickets.actions.proposals.proposing import Wanted
from tickets.domain.edition import DayRow, HoursRow, Issuer
from tickets.domain.notices import Notice, check
from tickets.domain.terms import End, Unit
from tickets.domain.words import Labelled
from tickets.models import Policy

from .fields import Day, Misread, Strict, Text, word

LONGEST = 31


class DayUse(Labelled):
    """What an order makes of a day."""

    OFF = "off", "放假（不上班）", "Off"
    WORKED = "worked", "上班", "Worked"


class NoticeForm(Strict):
    """What a file itself may not say; the file goes beside it."""

    year = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=2000, max_value=2199)
    document = Text(120)
    provisional = serializers.BooleanField(required=False, default=False)
    reason = Text(300, required=True)


class OrderForm(Strict):
    """An order of a place or of the bureau about one day or some."""

    first_date = Day()
    last_date = Day(required=False, allow_null=True, default=None)
    use = word(DayUse)
    called = Text(40, required=True)
    hours = Text(100, help_text=gettext_lazy("Only for a day with hours of its own, such as a half-day: 08:00-12:00"))
    document = Text(120, required=True)
    issuer = word(Issuer)
    reason = Text(300, required=True)


class HoursForm(Strict):
    """Office hours from a day on; summer hours are two of them."""

    first_date = Day()
    hours = Text(100, required=True, help_text=gettext_lazy("Such as 08:00-12:00,14:30-17:30"))
    document = Text(120, required=True)
    reason = Text(300, required=True)


class LimitForm(Strict):
    """New values of a limit's row."""

    limit = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=Decimal("0.01"))
    counted_in = word(Unit)
    ends_at = word(End)
    warn_hours = serializers.DecimalField(max_digits=6, decimal_places=2, min_value=Decimal(0))
    warn_percent = serializers.IntegerField(
        min_value=0, max_value=99, allow_null=True, default=None, help_text=gettext_lazy("0: by the hours before")
    )
    most_extension = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=Decimal(0))
    citation = Text(199)
    effective_from = Day()
    reason = Text(300, required=True)


def order_of(values: Mapping[str, Any]) -> Notice:
    """The notice that an order makes. Raises Misread, BadNotice."""
    first, last = values["first_date"], values["last_date"] or values["first_date"]
    if not 0 <= (last - first).days < LONGEST:
        raise Misread(("last_date", _("The last day lies before the first, or more than a month after it.")))
    facts = {"document": values["document"], "issuer": values["issuer"], "hours": values["hours"]}
    worked = values["use"] == DayUse.WORKED.value
    if values["hours"] and not worked:
        raise Misread(("hours", _("A day off has no hours.")))
    days = tuple(
        DayRow(first + timedelta(days=step), worked, values["called"], **facts)
        for step in range((last - first).days + 1)
    )
    notice = Notice(values["document"], values["issuer"], None, True, days)
    check(notice)
    return notice


def hours_of(values: Mapping[str, Any]) -> Notice:
    """The notice that new office hours make. Raises BadNotice."""
    row = HoursRow(values["first_date"], values["hours"], values["document"])
    notice = Notice(values["document"], Issuer.OWN.value, None, True, (), (row,))
    check(notice)
    return notice


#: Field of the form -> column of the limit's row.
COLUMNS = {
    "limit": "amount", "counted_in": "unit", "ends_at": "end", "warn_hours": "warn_hours", "most_extension": "extension_limit",
    "citation": "citation",
}  # fmt: skip


def limit_of(policy: Policy, tomorrow: date) -> dict[str, Any]:
    """What the form begins with."""
    given = {name: getattr(policy, column) for name, column in COLUMNS.items()}
    plain = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in given.items()}
    return {**plain, "warn_percent": int(policy.warn_share * 100), "effective_from": tomorrow, "reason": ""}


def wanted_of(policy: Policy, values: Mapping[str, Any]) -> Wanted:
    """What differs from the row as it stands."""
    given = {column: values[name] for name, column in COLUMNS.items()}
    if values["warn_percent"] is not None:
        given["warn_share"] = Decimal(values["warn_percent"]) / 100
    plain = {name: str(value) if isinstance(value, str) else value for name, value in given.items()}
    changed = {name: value for name, value in plain.items() if getattr(policy, name) != value}
    return Wanted(changed, values["effective_from"])
