"""The hall: every lane with its line, dispatched one by one and together, taken back, ruled both ways, chased, sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hotline.web.office import LISTS
from tests.hotline.bodies import REASON, TEXT
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter
from tests.hotline.lived import again, answered, approved, returned, reviewed, signed
from tests.tickets.making import make_source
from tickets import clock
from tickets.actions import exchanges, handling, intake, timers
from tickets.actions.handling import proposals
from tickets.domain.actors import platform
from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.moments import to_local
from tickets.domain.words import Channel, ClockKind, Outcome, Side
from tickets.models import Event, Exchange, Notice, OutboxRow, Request, Route, Ticket, Timer
from tickets.queries import journal

pytestmark = pytest.mark.everywhere


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


def page(desk: Desk, lane: str = "", **query: str) -> str:
    answer = desk.get("/office/", **({"list": lane} if lane else {}), **query)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def proposed(bureau: Bureau, **facts: Any) -> Ticket:
    return log_matter(proposed_section=bureau.lead, route_reason="依据规则“围挡”：围挡", **facts)


def test_the_hall_is_for_the_dispatcher(bureau: Bureau) -> None:
    ticket, row = answered(bureau), Exchange.objects.none()
    pages = {
        "/office/": {"dispatcher"},
        "/office/exchanges/": {"dispatcher"},
        f"/office/preview/{ticket.number}/": {"dispatcher"},
        f"/office/followup/{ticket.number}/": {"dispatcher"},
        "/office/duplicates/": {"dispatcher", "intake"},
        f"/office/duplicates/{ticket.number}/": {"dispatcher", "intake"},
        f"/office/compare/{ticket.number}/{log_matter().number}/": {"dispatcher", "intake"},
    }
    for name, user in bureau.people.items():
        for address, allowed in pages.items():
            assert Desk(user).get(address).status_code == (200 if name in allowed else 403), (name, address)
    assert not row
    assert Desk().get("/office/").status_code == 302


def test_every_lane_shows_its_line_and_why(bureau: Bureau, desk: Desk) -> None:
    waiting, unknown = proposed(bureau), log_matter(title="样例湖慢行道")
    back = returned(bureau)
    handling.ask_extension(
        ticket=(late := signed(bureau)), actor=bureau.actor("handler"), now=clock.now(), reason=REASON, amount=1
    )
    to_sign, to_send, asked = reviewed(bureau), approved(bureau), answered(bureau)
    chased = dispatched(bureau)
    handling.chase(ticket=chased, actor=bureau.actor("dispatcher"), now=clock.now(), content="群众再次来电")
    for lane, ticket, words in (
        ("registered", waiting, "建议：样例gongcheng科"),
        ("registered", unknown, "无建议科室"),
        ("returns", back, REASON),
        ("requests", late, "延期 +1"),
        ("sign_off", to_sign, TEXT),
        ("to_send", to_send, "发往 来电来访"),
        ("follow_up", asked, "已解决"),
        ("asked", chased, "群众再次来电"),
        ("queue", chased, "催办"),
    ):
        shown = page(desk, lane)
        assert ticket.number in shown, lane
        assert words in shown, (lane, words)
        assert PARTY.phone not in shown
        assert PARTY.name not in shown
    lanes = dict(re.findall(r"<span>([^<]+)</span> <span class=\"count ?\w*\">(\d+)</span>", page(desk)))
    assert lanes["待派单"] == "2"
    assert (
        lanes["科室退单"]
        == lanes["待批申请"]
        == lanes["待签发"]
        == lanes["待反馈"]
        == lanes["待回访"]
        == lanes["催办未回"]
        == "1"
    )
    assert lanes["待人工处理来件"] == lanes["未送达"] == lanes["来源消息"] == "0"


def test_an_empty_lane_teaches_what_comes_there(desk: Desk) -> None:
    for lane in LISTS:
        assert "这里没有待办" in page(desk, lane.value) or "没有" in page(desk, lane.value)


def test_no_lane_costs_more_for_thirty_than_for_three(bureau: Bureau, desk: Desk) -> None:
    kinds = (proposed, returned, reviewed, approved, answered)

    def add(times: int) -> None:
        for _ in range(times):
            for kind in kinds:
                kind(bureau)
            chased = signed(bureau)
            handling.chase(ticket=chased, actor=bureau.actor("dispatcher"), now=clock.now(), content="请抓紧办理")
            handling.ask_extension(
                ticket=chased, actor=bureau.actor("handler"), now=clock.now(), reason=REASON, amount=1
            )
            refused(again(chased))

    def cost(address: str, **query: str) -> int:
        desk.get(address, **query)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address, **query).status_code == 200
        return len(seen)

    addresses = [("/office/", lane.value) for lane in LISTS] + [("/office/exchanges/", ""), ("/office/duplicates/", "")]
    add(3)
    before = {each: cost(each[0], list=each[1]) for each in addresses}
    add(12)
    assert {each: cost(each[0], list=each[1]) for each in addresses} == before
    assert max(before.values()) <= 13


def test_what_intake_proposes_is_decided_from_the_line(bureau: Bureau, desk: Desk) -> None:
    first, second, other = log_matter(), log_matter(), log_matter()
    intake_desk, now = bureau.actor("intake"), clock.now()
    proposals.propose_rejection(
        ticket=first, actor=intake_desk, now=now, code="not_duty", told="已当面告知", pointed_to="住建局"
    )
    proposals.propose_merger(ticket=second, into=other, actor=intake_desk, now=now, reason="同一工地")
    shown = page(desk)
    assert "登记员建议：不予受理" in shown
    assert f"/tickets/{first.number}/reject/?back=" in shown
    assert "登记员建议：并单" in shown
    assert f"/office/compare/{other.number}/{second.number}/" in shown
    assert f"/tickets/{other.number}/reject/" not in shown


# --- dispatch --------------------------------------------------------------------------------------------------------


def test_the_form_proposes_with_its_reason_and_the_rules_co_handlers(bureau: Bureau, desk: Desk) -> None:
    Route.objects.create(name="围挡", section=bureau.lead, co_sections=["xieban"], conditions={"words": ["围挡"]})
    ticket = log_matter()
    form = desk.get(f"/tickets/{ticket.number}/dispatch/").content.decode()
    assert '<option value="gongcheng" selected>' in form
    assert 'name="co_sections" value="xieban" checked' in form
    assert "依据规则“围挡”：围挡" in form
    desk.client.post(
        f"/tickets/{ticket.number}/dispatch/",
        {
            "section": "gongcheng",
            "co_sections": ["xieban"],
            "version": "1",
            "reason": "依据规则“围挡”：围挡",
            "back": "/office/",
        },
    )
    done = again(ticket)
    assert (done.state, done.section) == ("dispatched", bureau.lead)
    assert [row.section.code for row in done.co_handlers.filter(is_active=True)] == ["xieban"]


def test_an_inner_deadline_that_is_too_late_is_said_at_its_field_and_nothing_typed_is_lost(
    bureau: Bureau, desk: Desk
) -> None:
    ticket = log_matter()
    timers.start_outer(inquiry=inquiry_of(ticket), now=clock.now(), ticket=ticket)
    outer = Timer.objects.get(ticket=ticket, side=Side.OUTER, kind=ClockKind.REPLY)
    assert outer.due_at is not None
    typed = {
        "section": "gongcheng",
        "reason": "请提前办结",
        "inner_due": f"{to_local(outer.due_at) + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    answer = desk.client.post(f"/tickets/{ticket.number}/dispatch/", typed)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "科室时限须早于对外时限" in shown
    assert "请提前办结" in shown
    early = to_local(clock.now()) + timedelta(hours=4)
    desk.client.post(f"/tickets/{ticket.number}/dispatch/", {**typed, "inner_due": f"{early:%Y-%m-%dT%H:%M}"})
    inner = Timer.objects.get(ticket=ticket, side=Side.INNER, kind=ClockKind.REPLY)
    assert inner.due_at == early.replace(second=0, microsecond=0)


def test_many_are_dispatched_each_with_its_result_and_taken_back(bureau: Bureau, desk: Desk) -> None:
    good, gone, nowhere = proposed(bureau), proposed(bureau), log_matter()
    handling.reject(
        ticket=gone,
        actor=bureau.actor("dispatcher"),
        now=clock.now(),
        code="not_duty",
        told="已告知",
        pointed_to="住建局",
    )
    picked = {"ticket": [good.number, gone.number, nowhere.number], "do": "dispatch", "section": "", "back": "/office/"}
    shown = desk.client.post("/desk/bulk/", picked).content.decode()
    assert again(good).state == "dispatched"
    assert shown.count("未办") == 2
    assert "没有建议科室，请选择科室。" in shown
    desk.client.post("/desk/undo/", {"back": "/office/"})
    assert again(good).state == "registered"
    assert again(good).section is None
    desk.client.post("/desk/bulk/", {"ticket": [good.number, nowhere.number], "do": "dispatch", "section": "zhian"})
    assert {again(each).section for each in (good, nowhere)} == {bureau.other}
    handling.sign(ticket=again(good), actor=bureau.actor("stranger"), now=clock.now())
    told = desk.client.post("/desk/undo/", {"back": "/office/"}).content.decode()
    assert again(good).state == "in_progress", "what a section has signed is not taken back by an undo"
    assert again(nowhere).state == "registered"
    assert "他人更新" in told
    assert journal.verify().ok


def test_a_return_elsewhere_in_this_house_only(bureau: Bureau, desk: Desk) -> None:
    ticket = proposed(bureau)
    answer = desk.client.post(
        "/desk/bulk/", {"ticket": [ticket.number], "do": "dispatch", "back": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/desk/"


def test_who_only_handles_dispatches_nothing_together(bureau: Bureau) -> None:
    ticket = proposed(bureau)
    Desk(bureau.people["handler"]).client.post(
        "/desk/bulk/", {"ticket": [ticket.number], "do": "dispatch", "section": "gongcheng"}
    )
    assert again(ticket).state == "registered"


def test_a_section_return_is_ruled_both_ways(bureau: Bureau, desk: Desk) -> None:
    refused_one, granted, moved = returned(bureau), returned(bureau), returned(bureau)
    shown = page(desk, "returns")
    for ticket in (refused_one, granted, moved):
        assert f"/tickets/{ticket.number}/refuse_section_return/?back=" in shown
    body = {"version": "4", "opinion": "属于本科室职责，请办理。", "back": "/office/?list=returns"}
    answer = desk.client.post(f"/tickets/{refused_one.number}/refuse_section_return/", body)
    assert answer["Location"] == "/office/?list=returns"
    desk.client.post(f"/tickets/{granted.number}/grant_section_return/", {"version": "4", "opinion": "同意"})
    desk.client.post(
        f"/tickets/{moved.number}/dispatch/", {"version": "4", "section": "zhian", "reason": "由治安科办理"}
    )
    assert (again(refused_one).state, again(refused_one).must_handle) == ("in_progress", True)
    assert (again(granted).state, again(granted).section) == ("registered", None)
    assert (again(moved).state, again(moved).section) == ("dispatched", bureau.other)
    assert list(Request.objects.order_by("id").values_list("is_granted", flat=True)) == [False, True, True]
    assert "这里没有待办" in page(desk, "returns")


# --- chase, sign, send -----------------------------------------------------------------------------------------------


def test_many_are_chased_with_the_same_words_and_answered_by_the_section(bureau: Bureau, desk: Desk) -> None:
    first, second = dispatched(bureau), signed(bureau)
    picked = {"ticket": [first.number, second.number], "do": "chase", "content": "请今日内联系群众。"}
    desk.client.post("/desk/bulk/", picked)
    assert [again(each).chase_count for each in (first, second)] == [1, 1]
    assert Notice.objects.filter(kind="chase").count() == 2
    assert "请今日内联系群众。" in page(desk, "asked")
    handling.contact(ticket=again(second), actor=bureau.actor("handler"), now=clock.now(), reached=True)
    shown = page(desk, "asked")
    assert first.number in shown
    assert second.number not in shown
    nothing = desk.client.post("/desk/bulk/", {"ticket": [first.number], "do": "supervise", "content": " "})
    assert nothing.status_code == 409
    assert not again(first).is_supervised


def test_an_instruction_stands_over_the_matter_for_the_section_and_covered_where_it_must_be(bureau: Bureau) -> None:
    ticket = dispatched(bureau, is_confidential=True, title=f"{PARTY.name}反映的问题")
    handling.instruct(
        ticket=ticket, actor=bureau.actor("leader"), now=clock.now(), content=f"请联系{PARTY.name}并报我审阅。"
    )
    office = Desk(bureau.people["dispatcher"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert "催办、督办与批示" in office
    assert "报我审阅" in office
    section = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert "报我审阅" in section
    assert PARTY.name not in section


def test_a_leaders_reply_is_shown_as_such_and_its_button_says_why_not(bureau: Bureau, desk: Desk) -> None:
    ticket = reviewed(bureau, outcome=Outcome.EXPLAINED)
    shown = page(desk, "sign_off")
    assert "须由领导签发" in shown
    assert f"/tickets/{ticket.number}/approve/" not in shown
    assert f"/tickets/{ticket.number}/disapprove/" in shown


def test_replies_are_looked_through_and_sent_together(bureau: Bureau, desk: Desk) -> None:
    first, second, waits = approved(bureau), approved(bureau), reviewed(bureau)
    preview = desk.get(f"/office/preview/{first.number}/").content.decode()
    assert TEXT in preview
    assert "来电来访" in preview
    looked = desk.client.post(
        "/office/send/", {"ticket": [first.number, second.number, waits.number], "back": "/office/?list=to_send"}
    )
    body = looked.content.decode()
    assert body.count(TEXT) == 2
    assert waits.number not in body
    assert [again(each).state for each in (first, second)] == ["approved", "approved"], "looking sends nothing"
    desk.client.post(
        "/desk/bulk/", {"ticket": [first.number, second.number], "do": "send", "back": "/office/?list=to_send"}
    )
    assert [again(each).state for each in (first, second, waits)] == ["sent", "sent", "sign_off"]
    assert "undo" not in desk.client.session


def test_looking_through_many_costs_what_one_costs(bureau: Bureau, desk: Desk) -> None:
    tickets = [approved(bureau).number for _ in range(6)]

    def cost(numbers: list[str]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.client.post("/office/send/", {"ticket": numbers}).status_code == 200
        return len(seen)

    cost(tickets)
    assert cost(tickets[:1]) == cost(tickets)


# --- refused messages ------------------------------------------------------------------------------------------------


def refused(ticket: Ticket) -> Exchange:
    """The ticket's source tells what its state does not allow."""
    inquiry = inquiry_of(ticket)
    return Exchange.objects.create(
        source=inquiry.source,
        event_id=f"样例-{inquiry.pk}",
        inquiry=inquiry,
        happening=Happening.BOUNCED.value,
        occurred_at=clock.now(),
        received_at=clock.now(),
        detail={"reasons": [f"请补充{PARTY.phone}的联系时间"]},
        is_applied=False,
        trouble="当前状态“办理中”不能回退补正。",
        trouble_en="“Bounce by the source” is not possible in state “In progress”.",
    )


def test_a_refused_message_is_dealt_with_once_and_with_a_reason(bureau: Bureau, desk: Desk) -> None:
    ticket = signed(bureau)
    row = refused(ticket)
    shown = desk.get("/office/exchanges/").content.decode()
    assert "不能回退补正" in shown
    assert PARTY.phone not in shown
    english = Desk(bureau.people["dispatcher"], language="en").get("/office/exchanges/").content.decode()
    assert "is not possible in state" in english
    address = f"/office/exchanges/{row.pk}/"
    assert desk.client.post(address, {"reason": " "}).status_code == 409
    desk.client.post(address, {"reason": "已电话与平台核对，无须补正。"})
    row.refresh_from_db()
    assert (row.settled_by, row.settled_reason) == (bureau.actor("dispatcher").label, "已电话与平台核对，无须补正。")
    assert Event.objects.filter(ticket=ticket, action="exchange_settled").count() == 1
    assert again(ticket).version == ticket.version, "nobody's edit turns stale by it"
    assert desk.client.post(address, {"reason": "再来一次"}).status_code == 409
    assert row.event_id not in desk.get("/office/exchanges/").content.decode()
    assert journal.verify().ok
    with pytest.raises(exchanges.UnableToSettleExchange):
        exchanges.settle(exchange_id=row.pk, actor=bureau.actor("handler"), now=clock.now(), reason="x")


def test_a_source_that_differs_from_our_correction_stands_there_too(bureau: Bureau, desk: Desk) -> None:
    make_source("hotline", tells=["reply"])

    def told(version: int, title: str) -> None:
        matter = Matter(
            title=title, content="样例路东段施工围挡破损，请尽快修复。", party=Party(name="测试甲", phone="19900001234")
        )
        number = "260302091200000077"
        message = Incoming(
            "hotline", Channel.HOTLINE, number, 1, Happening.UPDATED, clock.now(), version=version,
            event_id=f"{number}:{version}", matter=matter,
        )  # fmt: skip
        intake.receive(incoming=message, actor=platform("hotline"), now=clock.now())

    told(1, "围档破损")
    ticket = Ticket.objects.get()
    handling.amend(
        ticket=ticket,
        actor=bureau.actor("dispatcher"),
        now=clock.now(),
        facts={"title": "样例路围挡破损"},
        reason="错别字",
    )
    told(2, "围档破损严重")
    assert again(ticket).title == "样例路围挡破损"
    assert "来源信息与本单位更正不同：标题" in desk.get("/office/exchanges/").content.decode()


def test_confidential_matters_stand_in_the_office_only(bureau: Bureau, desk: Desk) -> None:
    ticket = log_matter(is_confidential=True, title=f"检举{PARTY.name}知情的工程", place="样例路三十二号")
    assert ticket.number in page(desk)
    for name in ("handler", "chief", "stranger"):
        other = Desk(bureau.people[name])
        for address in ("/office/", "/office/duplicates/", f"/office/compare/{ticket.number}/{log_matter().number}/"):
            assert PARTY.name not in other.get(address).content.decode()
    assert OutboxRow.objects.count() == 0
