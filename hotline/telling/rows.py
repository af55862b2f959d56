"""Rows as a reader may see them: words with their labels, text masked, confidential matters closed to who may not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hotline.permissions import closed_row, view_of_row
from hotline.permissions.table import SEES_CARD
from hotline.wording import Cover, in_chinese, mask_text
from tickets.domain.actors import Actor
from tickets.domain.routing import in_english
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, MatterType, Urgency
from tickets.queries import inquiries

VOCABULARY = {"state": State, "channel": Channel, "type": MatterType, "urgency": Urgency}
#: Whether in Chinese -> (column, column of its label, label of each word).
LABELS: Mapping[bool, tuple[tuple[str, str, Mapping[str, str]], ...]] = {
    chinese: tuple(
        (name, f"{name}_label", {word.value: word.zh if chinese else word.en for word in kind})
        for name, kind in VOCABULARY.items()
    )
    for chinese in (True, False)
}
CLOCKS: Mapping[bool, Mapping[str, str]] = {
    chinese: {kind.value: kind.zh if chinese else kind.en for kind in ClockKind} for chinese in (True, False)
}
FREE_TEXT = ("title", "place", "route_reason")
#: Views without the caller's card: his name is covered in texts too.
BLIND = ("helper", "covered")


def shown(found: Iterable[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """List rows for this reader."""
    chinese, given = in_chinese(), list(found)
    covers = _covers(given, actor)
    return [_row(row, actor, covers.get(row["id"], mask_text), chinese=chinese) for row in given]


def _covers(found: list[dict[str, Any]], actor: Actor) -> dict[int, Cover]:
    """What covers the callers where this reader gets no card, as on the ticket's page; read for all rows at once."""
    if actor.roles & SEES_CARD:
        return {}
    blind = {row["id"] for row in found if not row["is_confidential"] and view_of_row(actor, row) in BLIND}
    if not blind:
        return {}
    callers = inquiries.callers(blind)
    return {pk: Cover(Cover.of([each.party() for each in people], ()).exact) for pk, people in callers.items()}


def _row(row: dict[str, Any], actor: Actor, cover: Callable[[str], str], *, chinese: bool) -> dict[str, Any]:
    row = closed_row(actor, row)
    for name in FREE_TEXT:
        if row.get(name):
            row[name] = cover(row[name])
    if row.get("route_reason") and not chinese:
        row["route_reason"] = in_english(row["route_reason"])
    for name, label, labels in LABELS[chinese]:
        row[label] = labels.get(row[name], row[name])
    row["due_kind_label"] = CLOCKS[chinese].get(row.get("due_kind", ""), "")
    row["left_words"] = row["left"][0 if chinese else 1] if row.get("left") else ""
    return row
