"""What can be typed at a door: strict forms in which an unknown field is an error, and the kinds of field they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from tickets.domain import telephone
from tickets.domain.moments import FIRST_YEAR, LAST_YEAR
from tickets.domain.words import Labelled


class Misread(exceptions.APIException):
    """Input that cannot be read: ``errors`` as (field, reason)."""

    status_code = 400

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("invalid", "invalid")
        self.errors = [{"field": field, "reason": reason} for field, reason in errors]


class Strict(serializers.Serializer[Any]):
    """Input in which an unknown field is an error: a misspelt name must not be lost in silence."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Checked values; ValidationError names every unknown field."""
        if not isinstance(data, Mapping):
            raise Misread(("", _("Send a JSON object.")))
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            reason = _("Unknown field; known: %s") % ", ".join(self.fields)
            raise serializers.ValidationError({_printable(name): [reason] for name in unknown})
        return dict(super().to_internal_value(data))


def _printable(name: Any) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in str(name))[:60]


class Text(serializers.CharField):
    """A text with a length; blank unless ``required``."""

    def __init__(self, longest: int, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("allow_blank", not options["required"])
        if not options["required"]:
            options.setdefault("default", "")
        super().__init__(max_length=longest, **options)


class Phone(Text):
    """A telephone number as it is said or shown; blank where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(30, **options)

    def to_internal_value(self, value: Any) -> str:
        """What was typed. Raises ValidationError for what nobody can call."""
        typed = super().to_internal_value(value)
        if typed and not telephone.is_number(typed):
            raise serializers.ValidationError(
                _("Figures only, with an extension where there is one: 05573050000x8001.")
            )
        return typed


class When(serializers.DateTimeField):
    """A moment; without a zone Shanghai's. An impossible year (a wire's "no date") is refused."""

    def to_internal_value(self, value: Any) -> datetime:
        """A moment of 1950..2199."""
        return _within(super().to_internal_value, value)


class Day(serializers.DateField):
    """A Shanghai day."""

    def to_internal_value(self, value: Any) -> date:
        """A day of 1950..2199."""
        return _within(super().to_internal_value, value)


def _within(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        found = read(value)
        sane = FIRST_YEAR <= found.year <= LAST_YEAR
    except OverflowError:
        sane = False
    if not sane:
        raise serializers.ValidationError(_("This day cannot be: the year lies outside 1950–2199."))
    return found


class Word(serializers.ChoiceField):
    """A word of a closed vocabulary, which a page shows in the reader's language."""

    def __init__(self, vocabulary: Iterable[Labelled], **options: Any) -> None:
        self.vocabulary = tuple(vocabulary)
        super().__init__(choices=[(each.value, each.zh) for each in self.vocabulary], **options)


def word(vocabulary: Iterable[Labelled], **options: Any) -> Word:
    """A word of a closed vocabulary, or one of some of its words."""
    return Word(vocabulary, **options)
