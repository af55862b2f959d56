"""Any single change of any column of any sealed event, ticket tail or seal is found, whatever it is changed to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.tickets.queries import journalled as house
from tickets.models import Event, Head, Seal, Ticket, guards

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=64)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
NUMBER = st.integers(0, 2**31 - 1)
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
VALUES: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    Event: {
        "id": NUMBER, "ticket_id": NUMBER, "chain": TEXT.map(lambda t: t[:24]), "seq": NUMBER, "action": TEXT.map(lambda t: t[:32]),
        "actor": TEXT.map(lambda t: t[:60]), "user_id": NUMBER | st.none(), "at": MOMENT, "payload": TEXT, "previous": HEX | TEXT,
        "digest": HEX | TEXT, "mac": HEX | TEXT, "seal_id": NUMBER | st.none(),
    },
    Ticket: {
        "number": TEXT.map(lambda t: t[:24]), "state": TEXT.map(lambda t: t[:24]), "version": NUMBER, "journal_seq": NUMBER,
        "journal_head": HEX | TEXT, "title": TEXT, "content": TEXT, "section_id": NUMBER | st.none(), "handler_id": NUMBER,
        "parent_id": NUMBER, "is_confidential": st.booleans(), "is_supervised": st.booleans(), "must_handle": st.booleans(),
    },
    Seal: {"id": NUMBER, "count": NUMBER, "total": NUMBER, "previous": HEX | TEXT, "root": HEX | TEXT},
    Head: {"chain": TEXT.map(lambda t: t[:24]), "seq": NUMBER, "digest": HEX | TEXT},
}  # fmt: skip
PLACES = [(model, column) for model, columns in VALUES.items() for column in columns]


@pytest.fixture
def whole(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoint.jsonl"
    monkeypatch.setattr("tickets.queries.seals.SEALER_WRITES", 0.0)
    house.make_journal()
    house.seals.seal(now=house.NOW)
    with house.undone():
        house.tamper([])  # references gone; guards are put back by it
        with house.lifted_for_the_test():
            yield


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_change_is_found(whole: None, data: st.DataObject) -> None:
    model, column = data.draw(st.sampled_from(PLACES), label="where")
    row = data.draw(st.sampled_from(sorted(model.objects.values_list("pk", flat=True))), label="row")
    value = data.draw(VALUES[model][column], label="value")
    table, key = model._meta.db_table, model._meta.pk.column
    before = model.objects.filter(pk=row).values_list(column, flat=True).get()
    assume(before != value)
    with house.undone():
        try:
            house.sql(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", value, row)
        except DatabaseError:  # a unique or check constraint stands in the way even then
            connection.needs_rollback = True
            return
        assert house.found() != ""


def test_every_column_of_an_event_is_tried() -> None:
    assert set(VALUES[Event]) == {field.column for field in Event._meta.concrete_fields}
    assert set(guards.EVENT_FACTS) == set(VALUES[Event]) - {"seal_id"}
    assert set(Ticket.GUARDED) <= set(VALUES[Ticket])
