"""A kind of row: its form, what names it, how it is found, shown and saved; and the fields such forms are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.acting.fields import Strict
from hotline.wording import label, said
from tickets.domain.actors import Actor
from tickets.domain.words import Labelled, Role
from tickets.models import Section
from tickets.queries import offices

Typed = dict[str, Any]
SEPARATORS = re.compile(r"[、,，;；\n]+")
JOINED = "、"


@dataclass(frozen=True, slots=True)
class Kind:
    """``keys``: the fields that name a row; ``find`` the row of these values; ``given`` a row as its form has it; ``save`` writes it
    by the acts that pages use, and says whether anything changed; ``rows`` those there are, narrowed by a word."""

    code: str
    label: str | Promise
    about: str | Promise
    role: Role
    form: type[Strict]
    keys: tuple[str, ...]
    find: Callable[[Mapping[str, Any]], Any]
    given: Callable[[Any], Typed]
    save: Callable[[Any, Typed, Actor, datetime, str], bool]
    rows: Callable[[str], Any]

    @property
    def fields(self) -> list[str]:
        """The columns, in the order of the form."""
        return list(self.form().get_fields())

    def differences(self, row: Any, typed: Typed) -> dict[str, tuple[Any, Any]]:
        """Field -> (what is there, what is wanted), of the fields that differ; only those that were typed."""
        there = self.given(row)
        return {name: (there[name], value) for name, value in typed.items() if name in there and there[name] != value}

    def text(self, name: str, value: Any) -> str:
        """A value of a field as people write it into a cell: labels, names of sections, lists joined."""
        field = self.form().get_fields()[name]
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, list):
            return JOINED.join(_called(field, each) for each in value)
        return _called(field, value)


def _called(field: Any, value: Any) -> str:
    if isinstance(field, Unit) or getattr(field, "units", False):
        return next((each.name for each in offices.sections().values() if each.code == value), str(value or ""))
    vocabulary = getattr(field, "vocabulary", None)
    return label(vocabulary, value) if vocabulary is not None and value else str("" if value is None else value)


class Unit(serializers.CharField):
    """A section that works, by code or name; '' for none."""

    def __init__(self, **options: Any) -> None:
        if not options.get("required", False):
            options = {"required": False, "default": "", "allow_blank": True, **options}
        super().__init__(max_length=60, **options)

    def to_internal_value(self, data: Any) -> str:
        """The code. Raises ValidationError for a section that is not there or closed."""
        wanted = super().to_internal_value(data).strip()
        if not wanted:
            return ""
        return by_name(wanted).code


def by_name(wanted: str) -> Section:
    """The section of this code or name. Raises ValidationError."""
    for section in offices.sections().values():
        if section.is_active and wanted in (section.code, section.name):
            return section
    raise serializers.ValidationError(_("No section that works is called so: %s") % wanted[:40])


def section_of(code: str) -> Section | None:
    """The section of a checked code; None for ''."""
    return by_name(code) if code else None


class Several(serializers.CharField):
    """Words parted by 、 or commas or lines, as a list without repetitions; of a vocabulary by label or code."""

    def __init__(self, vocabulary: type[Labelled] | None = None, *, units: bool = False, **options: Any) -> None:
        self.vocabulary, self.units = vocabulary, units
        settled: dict[str, Any] = {"max_length": 400, "required": False, "allow_blank": True, "default": list}
        super().__init__(**{**settled, **options})

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        """The words. Raises ValidationError naming one that is none of the vocabulary."""
        text = data if isinstance(data, str) else JOINED.join(map(str, data))
        words = list(dict.fromkeys(each.strip() for each in SEPARATORS.split(text) if each.strip()))
        if self.units:
            return [by_name(each).code for each in words]
        return [word_of(self.vocabulary, each) for each in words] if self.vocabulary else words


def word_of(vocabulary: type[Labelled], wanted: str) -> str:
    """The code of a word given by code or by its label in either language. Raises ValidationError naming the words there are."""
    for word in vocabulary:
        if wanted in (word.value, word.zh) or wanted.lower() == word.en.lower():
            return word.value
    known = JOINED.join(said(word) for word in vocabulary)
    raise serializers.ValidationError(_("“%(given)s” is none of: %(known)s") % {"given": wanted[:30], "known": known})


class OneWord(serializers.CharField):
    """A word of a vocabulary by code or label; a page shows it as a choice."""

    def __init__(self, vocabulary: type[Labelled], *, among: Iterable[Labelled] | None = None, **options: Any) -> None:
        self.vocabulary = vocabulary
        self.words: Sequence[Labelled] = tuple(vocabulary if among is None else among)
        if not options.get("required", True):
            options = {"default": "", "allow_blank": True, **options}
        super().__init__(max_length=40, **options)

    def to_internal_value(self, data: Any) -> str:
        """The code. Raises ValidationError."""
        wanted = super().to_internal_value(data).strip()
        return word_of(self.vocabulary, wanted) if wanted else ""


class YesNo(serializers.BooleanField):
    """是 or 否, also as the other marks that people put into a cell."""

    TRUE_VALUES = {*serializers.BooleanField.TRUE_VALUES, "是", "有", "√", "✓", "Y", "y"}
    FALSE_VALUES = {*serializers.BooleanField.FALSE_VALUES, "否", "无", "×", "✕", "N", "n"}
