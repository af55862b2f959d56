"""Response rates, and the tickets behind each figure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Day, Misread, Strict, Text, word
from hotline.telling import rows
from hotline.wording import pair, said
from tickets.domain.words import Channel
from tickets.models import Section
from tickets.queries import behind, response_rates
from tickets.queries.measures import RateKey
from tickets.queries.pages import BadCursor
from tickets.queries.response_rates import Rate

from . import shapes
from .base import Endpoint, PageQuery, ok

LONGEST_DAYS = 366 * 3


class PeriodQuery(Strict):
    """The Shanghai days from … to, both included; ``by`` gives a line for each section or channel."""

    by = serializers.ChoiceField(choices=["section", "channel", ""], required=False, default="")
    section = Text(24)
    channel = word(Channel, required=False, default="")

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python's own."""
        return {"from": Day(), "to": Day(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A period that goes forward, and not for ever."""
        if not 0 <= (attrs["to"] - attrs["from"]).days <= LONGEST_DAYS:
            raise serializers.ValidationError({"to": [_("The period ends before it begins, or is over three years.")]})
        return attrs


class BehindQuery(PageQuery, PeriodQuery):
    """Which figure, and which part of it."""

    key = serializers.ChoiceField(choices=[(each.value, each.zh) for each in RateKey if each is not RateKey.HANDLING])
    part = serializers.ChoiceField(choices=["numerator", "denominator"], required=False, default="denominator")


class Rates(Endpoint):
    """The figures."""

    endpoints = {"GET": "rates"}

    @extend_schema(
        operation_id="rates",
        summary="办理指标 / Response rates",
        tags=["rates"],
        parameters=[PeriodQuery],
        responses=shapes.answers(shapes.Rates, 400),
    )
    def get(self, request: Request) -> Response:
        """Each rate with numerator, base and the base in words. Sections see their own."""
        asked = self.asked(PeriodQuery)
        found = response_rates.response_rates(
            asked["from"],
            asked["to"],
            now=self.now,
            by=asked["by"] or None,
            section_id=section_id(self, asked["section"]),
            channel=asked["channel"] or None,
        )
        return ok({"rows": [_told(rate, asked) for rate in found]})


class Behind(Endpoint):
    """The tickets that a figure counts."""

    endpoints = {"GET": "rates.tickets"}

    @extend_schema(
        operation_id="rates_tickets",
        summary="指标明细 / The tickets behind a figure",
        tags=["rates"],
        parameters=[BehindQuery],
        responses=shapes.answers(shapes.TicketPage, 400),
    )
    def get(self, request: Request) -> Response:
        """The tickets of the numerator or of the base, the newest first."""
        asked = self.asked(BehindQuery)
        try:
            page = behind.tickets_behind(
                RateKey(asked["key"]),
                asked["part"],
                asked["from"],
                asked["to"],
                now=self.now,
                by=asked["by"] or None,
                section_id=section_id(self, asked["section"]),
                channel=asked["channel"] or None,
                scope=self.scope,
                after=asked["after"],
                size=asked["size"],
            )
        except BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        return ok({"rows": rows.shown(page.rows, self.actor), "next": page.next})


def section_id(asker: Endpoint, code: str) -> int | None:
    """The section asked for; a section's own people always get their own. Raises Misread."""
    if asker.scope.kind == "section":
        return asker.scope.section_id
    if not code:
        return None
    found = Section.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Misread(("section", _("There is no such section: %s") % code))
    return found


def _told(rate: Rate, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": rate.key.value,
        "label": said(rate.key),
        "group": rate.group,
        "group_label": pair(rate.group_zh, rate.group_en),
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.rate,
        "hours": rate.hours,
        "outcome": rate.outcome,
        "outcome_label": pair(*rate.outcome_words),
        "base": pair(rate.base_zh, rate.base_en),
        "numerator_url": _behind(rate, asked, "numerator"),
        "denominator_url": _behind(rate, asked, "denominator"),
    }


def _behind(rate: Rate, asked: dict[str, Any], part: str) -> str:
    if rate.key is RateKey.HANDLING:
        return ""
    query = {"from": asked["from"], "to": asked["to"], "key": rate.key.value, "part": part, "by": asked["by"]}
    query |= {"section": asked["section"], "channel": asked["channel"]}
    if asked["by"]:
        query[asked["by"]] = rate.group
    return "/api/response-rates/tickets?" + urlencode({name: value for name, value in query.items() if value})
