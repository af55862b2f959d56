"""Rows as a reader may see them: words with their labels, text masked, confidential matters closed to who may not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hotline.permissions import closed_row
from hotline.wording import in_chinese, mask_text
from tickets.domain.actors import Actor
from tickets.domain.routing import in_english
from tickets.domain.states import State
from tickets.domain.words import Channel, MatterType, Urgency

VOCABULARY: Mapping[str, Mapping[str, Any]] = {
    "state": {word.value: word for word in State},
    "channel": {word.value: word for word in Channel},
    "type": {word.value: word for word in MatterType},
    "urgency": {word.value: word for word in Urgency},
}
FREE_TEXT = ("title", "place", "route_reason")


def shown(found: Iterable[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """List rows for this reader."""
    chinese = in_chinese()
    return [_row(row, actor, chinese=chinese) for row in found]


def _row(row: dict[str, Any], actor: Actor, *, chinese: bool) -> dict[str, Any]:
    row = closed_row(actor, row)
    for name in FREE_TEXT:
        if row.get(name):
            row[name] = mask_text(row[name])
    if row.get("route_reason") and not chinese:
        row["route_reason"] = in_english(row["route_reason"])
    for name, vocabulary in VOCABULARY.items():
        word = vocabulary.get(row[name])
        row[f"{name}_label"] = row[name] if word is None else word.zh if chinese else word.en
    row["left_words"] = row["left"][0 if chinese else 1] if row.get("left") else ""
    return row
