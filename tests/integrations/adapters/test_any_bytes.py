"""Whatever stands in a record of the hotline or the business platform: it is read, or parked with a field and a remedy."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.adapters.business import mapping as business
from integrations.adapters.hotline import mapping as hotline
from integrations.protocol import Unmappable
from integrations.reading import canonical
from tickets.domain.messages import Incoming

HERE = Path(__file__).parent
MAPPINGS = {"hotline": hotline, "business": business}
RECORDED = {
    name: list(json.loads((HERE / name / "recorded" / "events.json").read_text()).values()) for name in MAPPINGS
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["", "-", "无", "0001-01-01T00:00:00", "2026-13-45", "9999-12-31", "1", "是", "\x00", "\ud800", "1" * 70]
    ),
    st.lists(
        st.one_of(st.none(), st.text(max_size=5), st.integers(), st.dictionaries(st.text(max_size=5), st.integers())),
        max_size=3,
    ),
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5)), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a record."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places(part, (*path, key)))]


def changed(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    record = copy.deepcopy(record)
    inner = record
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return record


def read(name: str, raw: bytes) -> list[Incoming] | Unmappable:
    try:
        says: list[Incoming] = MAPPINGS[name].read(raw)
    except Unmappable as parked:
        return parked
    return says


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_parked(name: str, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(RECORDED[name]))
    record = changed(record, data.draw(st.sampled_from(places(record))), data.draw(ODD))
    item = MAPPINGS[name].item(record)
    assert item == MAPPINGS[name].item(record)
    assert len(item.key) <= 100
    says = read(name, item.raw)
    if isinstance(says, Unmappable):
        assert all((says.field, says.zh, says.en))
        return
    for incoming in says:
        assert 0 < len(incoming.number) <= 64
        assert incoming.occurred_at.tzinfo is not None
        written = repr(incoming.matter)
        assert "\\x00" not in written
        assert "\\ud800" not in written
        json.loads(canonical(incoming.detail))


@pytest.mark.parametrize("name", MAPPINGS)
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_read_or_parked(name: str, raw: bytes) -> None:
    with pytest.raises(Unmappable):
        MAPPINGS[name].read(raw)
