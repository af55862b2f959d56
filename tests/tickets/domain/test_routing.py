"""Why a matter goes where it goes, in both languages."""

from __future__ import annotations

from tickets.domain.routing import Facts, Rule, in_english, route
from tickets.domain.words import Channel, MatterType, Urgency


def test_a_kept_reason_reads_in_english_as_it_was_decided() -> None:
    facts = Facts(Channel.HOTLINE, MatterType.COMPLAINT, Urgency.ORDINARY, "样例路井盖缺失", "样例路井盖缺失")
    by_rule = route(facts, [Rule(1, 10, "道路：桥梁", 7, words=("井盖", "样例路"))])
    for decision in (by_rule, route(facts, [])):
        assert in_english(decision.reason_zh) == decision.reason_en
    assert in_english("第2轮派单") == "Dispatched to us for round 2"
    assert in_english("与科室电话商定") == "与科室电话商定", "what a person wrote stays"
