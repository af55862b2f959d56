"""Rules, limits and the calendar as pages: read by all, edited by the dispatcher, and a rehearsal that says what routing would do."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import Bureau, Desk, dispatched, log_matter, make_section
from tests.tickets.making import make_source
from tickets import clock
from tickets.actions import intake, rules
from tickets.domain.actors import platform
from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.words import Channel
from tickets.models import Event, PauseRule, Policy, Route, SpecialDay, Ticket
from tickets.queries import journal
from tickets.queries import rules as queries

pytestmark = pytest.mark.everywhere


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


def rule(bureau: Bureau, **facts: Any) -> Route:
    facts = {"name": "围挡", "order": 10, "section": bureau.lead, "conditions": {"words": ["围挡"]}, **facts}
    route = Route(**facts)
    rules.ledger.save_with_history(route, actor=bureau.actor("dispatcher"), now=clock.now(), reason="样例")
    return route


def typed(**more: Any) -> dict[str, Any]:
    told = {
        "rule": "噪声",
        "section": "zhian",
        "words": "噪声、 夜间施工",
        "dispatches": "true",
        "reason": "新增治安职责",
    }
    return {**told, "do": "save", **more}


def test_everybody_reads_and_only_the_dispatcher_edits(bureau: Bureau) -> None:
    route = rule(bureau)
    for name, user in bureau.people.items():
        person = Desk(user)
        for address in ("/rules/", "/rules/routes/", "/rules/policies/", "/rules/calendar/"):
            assert person.get(address).status_code == (403 if name == "adapter" else 200), (name, address)
        wanted = 200 if name == "dispatcher" else 403
        for address in ("/rules/routes/new/", f"/rules/routes/{route.pk}/", f"/rules/routes/{route.pk}/switch/"):
            assert person.get(address).status_code == wanted, (name, address)
        if name != "dispatcher":
            assert person.client.post(f"/rules/routes/{route.pk}/", typed()).status_code == 403
            assert f"/rules/routes/{route.pk}/switch/" not in person.get("/rules/routes/").content.decode()
    assert Route.objects.get().name == "围挡"


def test_a_rule_is_added_with_its_place_reason_history_and_event(bureau: Bureau, desk: Desk) -> None:
    first, second = rule(bureau), rule(bureau, name="井盖", order=20, conditions={"words": ["井盖"]})
    answer = desk.client.post(
        "/rules/routes/new/", typed(before=str(second.pk), channels=["hotline", "radio"], co_sections=["xieban"])
    )
    assert answer["Location"] == "/rules/routes/"
    route = Route.objects.get(name="噪声")
    assert route.conditions == {"words": ["噪声", "夜间施工"], "channels": ["hotline", "radio"]}
    assert list(Route.objects.order_by("order").values_list("name", flat=True)) == [first.name, "噪声", second.name]
    assert route.history.latest().history_change_reason.startswith("新增治安职责")
    assert Event.objects.get(chain="policy", action="route_saved").user_id == bureau.people["dispatcher"].pk
    shown = desk.get("/rules/routes/").content.decode()
    assert "宿事速办、政风行风热线" in shown
    assert "新增治安职责" in desk.get(f"/rules/routes/{route.pk}/").content.decode()
    assert journal.verify().ok


def test_what_cannot_be_a_rule_is_said_at_its_field(bureau: Bureau, desk: Desk) -> None:
    for more, words in (
        ({"reason": " "}, "请写明修改原因。"),
        ({"section": "keins"}, "没有此科室"),
        ({"co_sections": ["zhian"]}, "主办科室不能同时协办。"),
        ({"channels": ["pigeon"]}, "每项条件最多"),
        ({"words": "长" * 41}, "每项条件最多"),
    ):
        answer = desk.client.post("/rules/routes/new/", typed(**more))
        assert answer.status_code in (409, 422), more
        body = answer.content.decode()
        assert words in body, more
        assert 'value="噪声"' in body, "what was typed stays"
    assert not Route.objects.exists()


def test_the_second_of_two_editors_is_told_and_loses_nothing(bureau: Bureau, desk: Desk) -> None:
    route = rule(bureau)
    began = str(rules.version(route))
    desk.client.post(f"/rules/routes/{route.pk}/", typed(version=began, rule="围挡一"))
    answer = desk.client.post(f"/rules/routes/{route.pk}/", typed(version=began, rule="围挡二"))
    assert answer.status_code == 409
    assert "已被他人修改" in answer.content.decode()
    assert "围挡二" in answer.content.decode()
    assert Route.objects.get().name == "围挡一"


def test_a_rule_is_moved_and_switched_off_and_on(bureau: Bureau, desk: Desk) -> None:
    routes = [rule(bureau, name=name, order=order) for name, order in (("甲", 3), ("乙", 3), ("丙", 7))]
    desk.client.post(f"/rules/routes/{routes[2].pk}/move/", {"do": "up"})
    assert list(Route.objects.order_by("order", "id").values_list("name", "order")) == [
        ("甲", 10),
        ("丙", 20),
        ("乙", 30),
    ]
    desk.client.post(f"/rules/routes/{routes[0].pk}/move/", {"do": "up"})
    address = f"/rules/routes/{routes[0].pk}/switch/"
    assert desk.client.post(address, {"reason": ""}).status_code == 409
    desk.client.post(address, {"reason": "职责调整"})
    assert not Route.objects.get(pk=routes[0].pk).is_active
    assert queries.decision(queries.facts_of_ticket(log_matter())).rule_id == routes[2].pk
    desk.client.post(address, {"reason": "恢复"})
    assert Route.objects.get(pk=routes[0].pk).is_active
    actions = list(Event.objects.filter(chain="policy").order_by("seq").values_list("action", flat=True))
    assert actions == ["routes_ordered", "route_switched_off", "route_switched_on"]


def test_a_rule_that_is_switched_twice_by_the_same_form_is_switched_once(bureau: Bureau, desk: Desk) -> None:
    route = rule(bureau)
    address = f"/rules/routes/{route.pk}/switch/"
    assert 'name="on" value="false"' in desk.get(address).content.decode()
    for _ in range(2):
        assert desk.client.post(address, {"on": "false", "reason": "职责调整"}).status_code == 303
        assert not Route.objects.get().is_active
    refused = desk.client.post(address, {"on": "true", "reason": ""}).content.decode()
    assert 'name="on" value="true"' in refused
    actions = list(Event.objects.filter(chain="policy").order_by("seq").values_list("action", flat=True))
    assert actions == ["route_switched_off"]


# --- the rehearsal ---------------------------------------------------------------------------------------------------

MATTERS = ("样例路围挡破损", "夜间施工噪声大", "井盖松动", "样例湖慢行道照明不足", "围挡旁夜间噪声")


def incoming(place: int, text: str) -> Incoming:
    party = Party(name="测试甲", phone=f"1990000400{place}")
    matter = Matter(title=text, content=f"{text}，请处理。", party=party, dispatched_at=clock.now())
    number = f"26030209120000{place:04d}"
    return Incoming(
        "hotline", Channel.HOTLINE, number, 1, Happening.DISPATCHED, clock.now(), event_id=f"r{place}", matter=matter
    )


def receive(place: int, text: str) -> Ticket:
    found = intake.receive(incoming=incoming(place, text), actor=platform("hotline"), now=clock.now())
    return Ticket.objects.get(pk=found.ticket_id)


def test_the_rehearsal_says_what_routing_then_does(bureau: Bureau) -> None:
    make_source("hotline", tells=["reply"])
    old = rule(bureau)
    went = {text: receive(place, text).section_id for place, text in enumerate(MATTERS)}
    proposed = Route(name="噪声", section=bureau.other, conditions={"words": ["噪声"]}, is_active=True)
    found = queries.rehearse(proposed=proposed, now=clock.now(), before=old.pk)
    assert Route.objects.count() == 1, "nothing is written"
    said = {row["title"]: row["to"] for row in found.sample}
    rules.save(route=proposed, actor=bureau.actor("dispatcher"), now=clock.now(), reason="样例", before=old.pk)
    now_goes = {text: receive(place + 100, text).section_id for place, text in enumerate(MATTERS)}
    assert {text: now_goes[text] for text in said} == said
    assert set(said) == {text for text in MATTERS if now_goes[text] == bureau.other.pk or now_goes[text] != went[text]}
    assert (found.seen, found.matched, found.undispatched, found.as_went) == (5, 2, 1, 0)
    assert dict(found.moves) == {(None, bureau.other.pk): 1, (bureau.lead.pk, bureau.other.pk): 1}


def test_an_edited_rule_is_rehearsed_in_place_of_its_old_self(bureau: Bureau) -> None:
    route = rule(bureau)
    dispatched(bureau)
    wanted = Route(
        pk=route.pk,
        name=route.name,
        order=route.order,
        section=bureau.other,
        conditions=route.conditions,
        is_active=True,
    )
    found = queries.rehearse(proposed=wanted, now=clock.now())
    assert (found.matched, found.as_went, found.undispatched) == (1, 0, 0)
    assert dict(found.moves) == {(bureau.lead.pk, bureau.other.pk): 1}
    old = dispatched(bureau)
    Ticket.objects.filter(pk=old.pk).update(registered_at=clock.now() - timedelta(days=31))
    assert queries.rehearse(proposed=wanted, now=clock.now()).seen == 1


def test_the_page_rehearses_without_saving_also_as_a_fragment(bureau: Bureau, desk: Desk) -> None:
    dispatched(bureau, title="夜间施工噪声", is_confidential=True)
    for headers in ({}, {"HX-Request": "true"}):
        answer = desk.client.post("/rules/routes/new/", typed(do="rehearse", reason=""), headers=headers)
        assert answer.status_code == 200
        body = answer.content.decode()
        assert "夜间施工噪声" in body
        assert "实际派往" in body
        assert ("<html" in body) == (not headers)
    wrong = desk.client.post("/rules/routes/new/", typed(do="rehearse", section="x"), headers={"HX-Request": "true"})
    assert "没有此科室" in wrong.content.decode()
    assert not Route.objects.exists()


def test_a_rehearsal_costs_the_same_for_three_and_for_thirty(bureau: Bureau, desk: Desk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.client.post("/rules/routes/new/", typed(do="rehearse"))
        return len(seen)

    for _ in range(3):
        dispatched(bureau)
    cost()
    before = cost()
    for _ in range(27):
        dispatched(bureau)
    assert cost() == before


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_matter_is_tried_and_nothing_is_written(bureau: Bureau) -> None:
    rule(bureau, co_sections=["xieban"])
    tickets = Ticket.objects.count()
    person = Desk(bureau.people["handler"])
    shown = person.get(
        "/rules/", text="样例路围挡破损", channel="hotline", type="consultation", urgency="ordinary"
    ).content.decode()
    assert bureau.lead.name in shown
    assert make_section("xieban").name in shown
    assert "3 个工作日" in shown, "consultations of Anhui 2022"
    assert "依据规则“围挡”：围挡" in shown
    assert "由办公室派单" in person.get("/rules/", text="样例湖慢行道").content.decode()
    assert Ticket.objects.count() == tickets


def test_limits_say_whom_how_long_whence_and_whether_they_hold(bureau: Bureau) -> None:
    person = Desk(bureau.people["chief"])
    held = person.get("/rules/policies/").content.decode()
    assert "信访工作条例" in held
    assert "60 日" in held
    assert "示例，未启用" not in held
    everything = person.get("/rules/policies/", all="1").content.decode()
    assert "示例，未启用" in everything
    assert Policy.objects.filter(is_active=False).exists()
    assert "督办件" in held
    assert "征求第三方意见" in held, "what may stop a limit, and by whose word"
    assert "法定时限一并停止" in held
    english = Desk(bureau.people["chief"], language="en").get("/rules/policies/").content.decode()
    assert "in force, to be confirmed" in english


def test_the_calendar_shows_holidays_make_up_and_half_days_and_where_it_ends(bureau: Bureau) -> None:
    half = SpecialDay(date="2026-02-13", is_working=True, name_zh="半日", name_en="Half-day", intervals="08:00-12:00")
    rules.ledger.save_with_history(half, actor=bureau.actor("dispatcher"), now=clock.now(), reason="样例")
    shown = Desk(bureau.people["handler"]).get("/rules/calendar/", year="2026").content.decode()
    assert 'title="2026-10-01 国庆节"' in shown
    assert "<small>班</small>" in shown
    assert "<small>半</small>" in shown
    assert "248 个工作日" in shown
    assert "尚未公布" not in shown
    ahead = Desk(bureau.people["handler"]).get("/rules/calendar/", year="2027").content.decode()
    assert "尚未公布" in ahead
    assert Desk(bureau.people["handler"]).get("/rules/calendar/", year="31999").status_code == 200


def test_limits_are_told_in_english_too(bureau: Bureau) -> None:
    english = Desk(bureau.people["intake"], language="en")
    page = html.unescape(english.get("/rules/policies/", all="1").content.decode())
    for pause in PauseRule.objects.all():
        assert pause.citation_en in page
        assert pause.citation not in page
    for row in Policy.objects.all():
        for zh, en in (row.names, row.citations):
            assert en in page
            assert zh not in page
            assert not re.search("[一-鿿]", en)
