"""The transition table, walked exhaustively: every state, every action, every role."""

from __future__ import annotations

import itertools

import pytest

from tickets.domain.actors import Actor
from tickets.domain.states import (
    BY_ACTION,
    OPEN,
    OVER,
    SAME,
    TABLE,
    Action,
    State,
    UnableToMove,
    available,
    check,
    leaving,
    next_state,
    permits,
)
from tickets.domain.words import Role

PEOPLE = [role for role in Role if role not in (Role.ADAPTER, Role.SYSTEM)]


def somebody(*roles: Role, section: int | None = 1) -> Actor:
    return Actor(name="测试甲", roles=frozenset(roles), user_id=1, section_id=section)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_way_out_that_changes_it(state: State) -> None:
    moves = {edge.target for edge in TABLE if state in edge.sources} - {SAME, state}
    assert moves, f"{state} has no way out"


@pytest.mark.parametrize("state", sorted(set(State) - {State.REGISTERED}))
def test_every_state_can_be_reached(state: State) -> None:
    assert any(edge.target == state for edge in TABLE), f"nothing leads to {state}"


@pytest.mark.parametrize("action", Action)
def test_every_action_has_one_edge_a_permission_and_two_labels(action: Action) -> None:
    edges = [edge for edge in TABLE if edge.action is action]
    assert len(edges) == 1
    assert edges[0].roles
    assert edges[0].sources
    assert action.zh
    assert action.en


@pytest.mark.parametrize("word", [*State, *Action, *Role])
def test_labels_are_in_their_language(word: State | Action | Role) -> None:
    assert any("一" <= char <= "鿿" for char in word.zh)
    assert word.en.isascii()


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_a_move_is_possible_exactly_where_the_table_says(state: State, action: Action) -> None:
    edge = BY_ACTION[action]
    if state in edge.sources:
        after = next_state(state, action, State.IN_PROGRESS)
        assert after in (State(edge.target) if edge.target in set(State) else state, State.IN_PROGRESS, state)
        return
    with pytest.raises(UnableToMove) as refusal:
        next_state(state, action)
    assert refusal.value.code == "state"
    assert refusal.value.possible == leaving(state)
    assert state.zh in refusal.value.zh
    assert state.en in refusal.value.en


@pytest.mark.parametrize(("state", "role"), list(itertools.product(State, PEOPLE)))
def test_available_is_exactly_what_check_allows(state: State, role: Role) -> None:
    actor = somebody(role)
    allowed = set()
    for action in Action:
        try:
            check(state, action, actor, 1, State.REGISTERED)
        except UnableToMove:
            continue
        allowed.add(action)
    assert set(available(state, actor, 1)) == allowed


@pytest.mark.parametrize("action", [edge.action for edge in TABLE if edge.reach == "section"])
def test_another_section_may_not(action: Action) -> None:
    for role in (Role.HANDLER, Role.CHIEF):
        if role in BY_ACTION[action].roles:
            assert permits(action, somebody(role, section=1), 1)
            assert not permits(action, somebody(role, section=2), 1)
            assert not permits(action, somebody(role, section=None), None)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SYSADMIN, Role.SECURITY, Role.SECRECY])
def test_roles_without_business_have_no_business_action(role: Role) -> None:
    assert all(available(state, somebody(role), 1) == () for state in State)


def test_handlers_never_send_outward_and_platforms_never_work_inside() -> None:
    handler, platform = somebody(Role.HANDLER), Actor(name="hotline", roles=frozenset({Role.ADAPTER}), source="hotline")
    outward = {Action.SEND, Action.ASK_OUTWARD_RETURN, Action.ACCEPT, Action.INTERIM_REPLY, Action.DISPATCH}
    inside = {Action.SIGN, Action.SUBMIT, Action.APPROVE, Action.SEND, Action.DISPATCH, Action.READ_PERSON}
    assert not any(permits(action, handler, 1) for action in outward)
    assert not any(permits(action, platform, None) for action in inside)


def test_open_and_over_part_the_states() -> None:
    assert set(State) == OPEN | OVER
    assert not OPEN & OVER
    assert set(BY_ACTION[Action.WITHDRAW].sources) == OPEN


def test_un_merge_goes_back_to_the_state_before() -> None:
    assert next_state(State.MERGED, Action.UNMERGE, State.IN_PROGRESS) is State.IN_PROGRESS
    assert next_state(State.MERGED, Action.UNMERGE) is State.REGISTERED
