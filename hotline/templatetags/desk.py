"""Filters of the desks' templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html

from hotline import wording
from hotline.wording import moments
from tickets import clock
from tickets.domain.moments import to_local

register = template.Library()


register.filter(wording.listed)
register.filter(wording.aside)
register.simple_tag(wording.sign)


@register.filter
def when(value: datetime | None) -> str:
    """今天 14:06, which tells its whole date to a pointer and on paper."""
    if not value:
        return ""
    told = (f"{to_local(value):%Y-%m-%dT%H:%M}", moments.full(value), moments.when(value, clock.now()))
    return format_html('<time datetime="{}" title="{}">{}</time>', *told)


@register.filter
def due(value: datetime | None) -> str:
    """10月9日 24:00."""
    return moments.due(value, clock.now()) if value else ""


@register.filter
def dated(value: datetime | None) -> str:
    """2026年10月9日 24:00: for paper, which is read on another day."""
    return moments.due(value) if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """10月9日."""
    if value is None or value == "":
        return ""
    plain = to_local(value).date() if isinstance(value, datetime) else value
    return moments.day(plain, to_local(clock.now()).date())


@register.filter
def tone(light: str) -> str:
    """The class of a light."""
    return {"yellow": "amber"}.get(light, light)


@register.filter
def at(mapping: Any, key: str) -> Any:
    """A value of a mapping by a name that a template holds."""
    return mapping.get(key) if mapping else None


@register.filter
def percent(share: float | None) -> str:
    """95.3%."""
    return "" if share is None else f"{share * 100:.1f}%"
