"""Forms as pages show them: made from the same strict forms that the API reads, so that both doors take the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from hotline.acting.fields import Day, Strict, When, Word
from hotline.wording import said
from hotline.wording.names import LABELS
from tickets.domain.moments import to_local

Choice = tuple[str, str]
Choices = Mapping[str, Callable[[], Sequence[Choice]]]
#: A choice of so many words is shown at once, a longer one as a list.
AT_ONCE = 6
AREA = 200
TALL = 4_000


@dataclass(slots=True)
class Field:
    """One field: ``kind`` is the widget (parts/field.html), ``values`` what is in it as text."""

    name: str
    label: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    help: str = ""
    is_needed: bool = False
    longest: int | None = None

    @property
    def value(self) -> str:
        """The only value of most kinds."""
        return self.values[0] if self.values else ""

    @property
    def width(self) -> str:
        """How much of a line it takes."""
        return "" if self.kind in ("area", "tall", "radio", "many", "yesno", "file") else "half"


def fields_of(
    form: type[Strict],
    given: Mapping[str, Any] | QueryDict | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    choices: Choices | None = None,
    leave_out: Sequence[str] = (),
) -> list[Field]:
    """The fields of a form with what is in them. ``choices``: for fields whose choices are rows (sections, colleagues, files)."""
    made = []
    for name, source in form().get_fields().items():
        if name not in leave_out:
            made.append(_field(name, source, given, list((errors or {}).get(name, ())), (choices or {}).get(name)))
    return made


def typed(form: type[Strict], post: QueryDict) -> dict[str, Any]:
    """What a browser sent, as the form reads it: lists as lists, nothing for what was left empty and may be."""
    data: dict[str, Any] = {}
    for name, source in form().get_fields().items():
        if isinstance(source, serializers.FileField):
            continue
        if isinstance(source, (serializers.ListField, serializers.MultipleChoiceField)):
            data[name] = [each for each in post.getlist(name) if each.strip()]
        elif isinstance(source, serializers.BooleanField):
            _typed_flag(data, name, source, post)
        elif name in post:
            data[name] = str(post[name])
    return {name: value for name, value in data.items() if value != "" or form().get_fields()[name].required}


def kept(lists: Mapping[str, list[str]]) -> QueryDict:
    """A draft as the browser sent it: a box that was not ticked stays so."""
    made = QueryDict(mutable=True)
    for name, values in lists.items():
        made.setlist(name, values)
    return made


def _typed_flag(data: dict[str, Any], name: str, source: serializers.BooleanField, post: QueryDict) -> None:
    """A box that is not ticked sends nothing and means no; a question with yes and no may be left open."""
    if post.get(name, "") in ("true", "false", "on"):
        data[name] = post[name] in ("true", "on")
    elif _kind(source, None) == "check":
        data[name] = False


def errors_of(detail: Any) -> dict[str, list[str]]:
    """DRF's errors as lists by field; what belongs to no field stands under ''."""
    if not isinstance(detail, Mapping):
        return {"": [str(each) for each in detail]} if isinstance(detail, list) else {"": [str(detail)]}
    found: dict[str, list[str]] = {}
    for name, inner in detail.items():
        key = "" if name == "non_field_errors" else str(name)
        found[key] = [str(each) for each in inner] if isinstance(inner, list) else _flat(inner)
    return found


def _flat(inner: Any) -> list[str]:
    return [text for texts in errors_of(inner).values() for text in texts]


def _field(name: str, source: Any, given: Any, errors: list[str], rows: Callable[[], Sequence[Choice]] | None) -> Field:
    kind = _kind(source, rows)
    needed = bool(source.required) and kind != "check"
    made = Field(name, str(source.label or LABELS.get(name, name)), kind, errors=errors, is_needed=needed)
    made.help = str(source.help_text or "") if not rows else ""
    made.longest = getattr(source, "max_length", None)
    made.choices = list(rows()) if rows else _choices(source, kind)
    made.values = _values(name, source, given, kind)
    return made


#: The widget of a kind of field; the first that fits.
WIDGETS: Sequence[tuple[type[serializers.Field[Any, Any, Any, Any]], Callable[[Any], str]]] = (
    (serializers.FileField, lambda source: "file"),
    (serializers.BooleanField, lambda source: "yesno" if source.required or source.allow_null else "check"),
    (When, lambda source: "moment"),
    (Day, lambda source: "day"),
    (serializers.ChoiceField, lambda source: "radio" if len(source.choices) <= AT_ONCE else "choice"),
    (serializers.IntegerField, lambda source: "number"),
    (serializers.DecimalField, lambda source: "number"),
)


def _kind(source: Any, rows: Any) -> str:
    if rows:
        return "many" if isinstance(source, serializers.ListField) else "choice"
    for kind, widget in WIDGETS:
        if isinstance(source, kind):
            return widget(source)
    longest = getattr(source, "max_length", None) or 0
    return "text" if longest < AREA else "area" if longest <= TALL else "tall"


def _choices(source: Any, kind: str) -> list[Choice]:
    if kind == "yesno":
        return [("true", _("Yes")), ("false", _("No"))]
    if isinstance(source, Word):
        return [(word.value, said(word)) for word in source.vocabulary]
    if isinstance(source, serializers.ChoiceField):
        return [(str(code), str(label)) for code, label in source.choices.items()]
    return []


def _values(name: str, source: Any, given: Any, kind: str) -> list[str]:
    if isinstance(given, QueryDict):
        found: list[Any] = given.getlist(name)
    elif given is not None and name in given:
        value = given[name]
        found = list(value) if isinstance(value, (list, tuple)) else [value]
    else:
        found = [] if source.default in (empty, None) or callable(source.default) else [source.default]
    return [_shown(each, kind) for each in found if each is not None]


def _shown(value: Any, kind: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{to_local(value):%Y-%m-%dT%H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)
