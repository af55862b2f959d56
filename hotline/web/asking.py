"""A form that changes something: read as the API would, done, or shown again with everything typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import ValidationError

from hotline.acting.fields import Misread, Strict
from tickets.domain.states import UnableToMove

from . import fields
from .act import refusal
from .visit import Visit

CONFLICT, UNPROCESSABLE = 409, 422
Do = Callable[[dict[str, Any]], HttpResponse]


@dataclass(slots=True)
class Asking:
    """``template`` with ``facts``; ``form`` gives the fields, ``given`` what they begin with, ``choices`` those that are rows."""

    visit: Visit
    template: str
    form: type[Strict]
    facts: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)
    choices: fields.Choices = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()

    def answer(self, do: Do, typed: Mapping[str, Any] | None = None) -> HttpResponse:
        """GET shows the form; POST does it, and what ``do`` refuses stands at its field. ``typed``: what is settled and not asked."""
        if self.visit.request.method != "POST":
            return self.shown()
        bound = self.form(data={**fields.typed(self.form, self.visit.request.POST), **(typed or {})})
        if not bound.is_valid():
            return self.shown(fields.errors_of(bound.errors), UNPROCESSABLE)
        try:
            return do(dict(bound.validated_data))
        except (UnableToMove, Misread, ValidationError) as error:
            return self.shown(refusal(error), CONFLICT)

    def shown(self, errors: Mapping[str, list[str]] | None = None, status: int = 200) -> HttpResponse:
        """The page with the form."""
        given = self.visit.request.POST if self.visit.request.method == "POST" else self.given
        made = fields.fields_of(self.form, given, errors, self.choices, self.leave_out)
        general = [
            text for name, texts in (errors or {}).items() if name not in {each.name for each in made} for text in texts
        ]
        return self.visit.page(self.template, {**self.facts, "fields": made, "general": general}, status=status)
