"""Who must sign off: the rows that ask for a leader instead of the office."""

from __future__ import annotations

from tickets.models import SignOffRule

from .freshness import Cached


def needs_leader(*, channel: str, outcome: str, is_supervised: bool) -> bool:
    """Does a rule ask for a leader on such a reply?"""
    return any(
        rule.channel in ("", channel) and rule.outcome in ("", outcome) and (is_supervised or not rule.is_supervised)
        for rule in rules()
    )


def rules() -> list[SignOffRule]:
    """The rules in force, in the order in which they were written."""
    return _rules.get()


def _read() -> list[SignOffRule]:
    return list(SignOffRule.objects.filter(is_active=True, needs_leader=True).order_by("id"))


_rules = Cached(_read, SignOffRule)
