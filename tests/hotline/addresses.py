"""Every address of the pages under its name in the table, and what may stand in its changing parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import URLResolver

from hotline.permissions import PAGES


@dataclass(frozen=True, slots=True)
class Place:
    """A page: the name of its address, its name in the table, and its changing parts with something that fits each."""

    name: str
    endpoint: str
    params: Mapping[str, Any]

    def address(self, parts: Mapping[str, Any]) -> str:
        """With these in its changing parts, and with what is nowhere in those that are not among them."""
        return reverse(self.name, kwargs={each: parts.get(each, nowhere) for each, nowhere in self.params.items()})


def places() -> list[Place]:
    """All of them, with the pages of both doors."""
    return [
        Place(
            str(each.name),
            each.callback.endpoint,
            {
                part: 1 if isinstance(converter, IntConverter) else "nowhere"
                for part, converter in each.pattern.converters.items()
            },
        )
        for each in _patterns(get_resolver().url_patterns)
        if getattr(each.callback, "endpoint", "").startswith("page.")
    ]


def _patterns(found: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for each in found:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from _patterns(each.url_patterns)


def names() -> set[str]:
    """What the table calls pages."""
    return set(PAGES)
