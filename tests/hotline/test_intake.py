"""The intake desk: a call logged, answered, joined or proposed for rejection; what stands beside the form; nothing lost, nothing twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hotline.models import Draft
from hotline.wording import moments
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter, text_of
from tests.hotline.intake_desk import NUMBER, TEXT, form, keep, logged, phrase, project, rule, send
from tickets import clock
from tickets.actions import handling, routing
from tickets.domain.moments import to_local
from tickets.models import Event, Notice, Request, Ticket, Timer

pytestmark = pytest.mark.everywhere


@pytest.fixture
def clerk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["intake"])


def page_of(answer: Any) -> str:
    return answer.content.decode()


def test_a_call_is_logged_and_the_receipt_says_what_the_caller_needs(bureau: Bureau, clerk: Desk) -> None:
    ticket = logged(clerk)
    inquiry = inquiry_of(ticket)
    assert (ticket.state, ticket.type, ticket.place) == ("registered", "complaint", "样例路东段")
    assert ticket.title == "样例路东段工地昨晚十一点还在施工，噪声很大"
    assert (inquiry.way, inquiry.taken_by) == ("phone", bureau.people["intake"])
    assert inquiry.person is not None
    assert inquiry.person.party().incoming_phone == inquiry.person.party().phone == NUMBER
    receipt = page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))
    due = Timer.objects.get(inquiry=inquiry, kind="reply").due_at
    assert due is not None
    for said in (ticket.number, inquiry.lookup_code, "199****1234", "测**", TEXT, "24:00", "收到"):
        assert said in receipt, said
    assert NUMBER not in receipt
    assert 'data-key="n"' in receipt
    assert 'class="watermark"' in receipt


def test_the_receipt_is_made_to_be_handed_over(bureau: Bureau, clerk: Desk, settings: Any) -> None:
    """The bureau's name, dates with their year, the address of the look-up page; on the screen only what is the clerk's."""
    ticket, settings.OFFICE_NAME = logged(clerk), "样例市重点工程局"
    receipt = page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))
    received = to_local(inquiry_of(ticket).received_at)
    due = Timer.objects.get(inquiry=inquiry_of(ticket), kind="reply").due_at
    assert due is not None
    for said in (
        '<p class="only-print letterhead">样例市重点工程局</p>', "http://testserver/progress/", moments.due(due),
        f"{received.year}年{received.month}月{received.day}日 {received:%H:%M}",
    ):  # fmt: skip
        assert said in receipt, said
    shown = receipt[receipt.index('class="card receipt"') :]
    assert "今天" not in shown
    assert re.search(r'class="left \w* ?no-print">剩 ', shown)
    assert re.search(r'<div class="no-print">\s*<svg class="watermark"', shown)
    settings.PUBLIC_ADDRESS = "https://hotline.example/"
    assert "https://hotline.example/progress/" in page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))


def test_the_same_form_sent_twice_is_one_matter_and_another_text_is_another(clerk: Desk) -> None:
    first = logged(clerk)
    assert logged(clerk) == first
    assert logged(clerk, content=TEXT + "今天又来了。") != first
    assert Ticket.objects.count() == 2


def test_a_rule_that_dispatches_sends_it_on_at_once(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau, dispatches=True)
    assert logged(clerk).section == bureau.lead


def test_who_is_not_at_the_desk_does_not_get_in(bureau: Bureau) -> None:
    ticket = log_matter()
    for name, user in bureau.people.items():
        desk = Desk(user)
        allowed = name in ("intake", "dispatcher")
        for address in ("/intake/", f"/intake/receipt/{ticket.number}/", "/intake/calls/", "/intake/radio/"):
            assert desk.get(address).status_code == (200 if allowed else 403), (name, address)
        assert (send(desk).status_code == 303) == allowed, name
        assert desk.client.post("/intake/hints/", form()).status_code == (200 if allowed else 403), name
    assert Desk().get("/intake/").status_code == 302


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(clerk: Desk) -> None:
    answer = send(clerk, content="", place="样例路口", project="没有的项目")
    assert answer.status_code == 422
    body = page_of(answer)
    assert "请填写诉求内容。" in body
    assert "没有这个项目" in body
    assert 'value="样例路口"' in body
    assert f'value="{NUMBER}"' in body
    assert Ticket.objects.count() == 0
    answer = send(clerk, email="x" * 200)
    assert answer.status_code == 422
    assert re.search(r'<details class="field more" open>', page_of(answer))


def test_a_number_is_kept_without_its_gaps_and_a_visitor_has_no_calling_number(clerk: Desk) -> None:
    party = inquiry_of(logged(clerk, incoming_phone="+86 199-0000 1234", phone="0557 300 0000")).person.party()  # type: ignore[union-attr]
    assert (party.incoming_phone, party.phone) == ("19900001234", "05573000000")
    party = inquiry_of(logged(clerk, way="visit")).person.party()  # type: ignore[union-attr]
    assert (party.incoming_phone, party.phone) == ("", NUMBER)


def test_the_flags_are_kept(clerk: Desk) -> None:
    ticket = logged(clerk, is_report="true", is_anonymous="true", needs_reply="")
    inquiry = inquiry_of(ticket)
    assert ticket.is_confidential
    assert inquiry.is_anonymous
    assert not inquiry.needs_reply


def test_disclosure_counts_from_the_confirmation_and_opinion_from_the_finding(clerk: Desk) -> None:
    confirmed = "2026-03-02T09:30"
    inquiry = inquiry_of(logged(clerk, channel="disclosure", way="letter", confirmed_at=confirmed))
    assert inquiry.confirmed_at is not None
    assert Timer.objects.get(inquiry=inquiry, kind="reply").started_at == inquiry.confirmed_at
    ticket = logged(clerk, channel="opinion", urgency="critical", incoming_phone="", name="")
    clock_of = Timer.objects.get(inquiry=inquiry_of(ticket), kind="reply")
    assert (clock_of.terms["unit"], float(clock_of.terms["amount"])) == ("clock_hours", 24.0)
    assert inquiry_of(ticket).way == ""
    assert (
        logged(clerk, channel="hotline", content="样例路口路灯不亮，请处理。").channel == "direct"
    )  # a platform's door is not ours


def test_a_project_is_known_by_its_alias(clerk: Desk) -> None:
    wanted = project("样例路快速化改造", "样例快速路")
    assert logged(clerk, project="样例快速路").project == wanted
    hints = page_of(clerk.client.post("/intake/hints/", form(place="样例快速路北口")))
    assert 'data-put="样例路快速化改造"' in hints


# --- what stands beside the form -------------------------------------------------------------------------------------


def test_the_callers_earlier_matters_stand_there_the_open_ones_on_top_and_covered(bureau: Bureau, clerk: Desk) -> None:
    over = log_matter(title="路灯不亮一事")
    handling.answer_directly(ticket=over, actor=bureau.actor("intake"), now=clock.now(), answer="已转告。")
    older = log_matter(title=f"围挡破损，电话{PARTY.phone}")
    newest = log_matter(title="井盖丢失一事", party=PARTY)
    handling.answer_directly(ticket=newest, actor=bureau.actor("intake"), now=clock.now(), answer="已转告。")
    hints = page_of(clerk.client.post("/intake/hints/", form(incoming_phone="199 0000 1234", content="", place="")))
    earlier = hints[hints.index("此号码以往诉求") :]
    assert earlier.index(older.number) < earlier.index(newest.number) < earlier.index(over.number)
    assert "在办 1 件" in earlier
    assert PARTY.phone not in hints
    assert PARTY.name not in hints


def test_looking_for_a_person_is_journalled_once_a_number_and_not_while_half_of_it_is_typed(clerk: Desk) -> None:
    def looked() -> int:
        return Event.objects.filter(chain="search", action="search_person").count()

    for typed in ("199", "19900001", "1990000123"):
        clerk.client.post("/intake/hints/", form(incoming_phone=typed))
    assert looked() == 0
    for typed in ("19900001234", "199 0000 1234", "+8619900001234"):
        clerk.client.post("/intake/hints/", form(incoming_phone=typed))
    assert looked() == 1
    clerk.client.post("/intake/hints/", form(incoming_phone="19900005678"))
    assert looked() == 2


def test_the_same_matter_is_told_with_how_far_it_has_come(bureau: Bureau, clerk: Desk) -> None:
    ticket = dispatched(bureau, content=TEXT, title="夜间施工噪声")
    hints = page_of(clerk.client.post("/intake/hints/", form(incoming_phone="")))
    assert "可能是同一件事" in hints
    assert f'name="join" value="{ticket.number}"' in hints
    assert 'data-key="ctrl+j"' in hints
    for said in (bureau.lead.name, "待签收", "同一地点", "内容相近", "尚无公开答复。", "前答复"):
        assert said in hints, said


def test_of_a_confidential_matter_nothing_is_told_on_the_telephone(bureau: Bureau, clerk: Desk) -> None:
    dispatched(bureau, content=TEXT, title="夜间施工噪声", is_confidential=True)
    hints = page_of(clerk.client.post("/intake/hints/", form(incoming_phone="")))
    assert "保密件，电话中不得透露任何情况。" in hints
    assert "尚无公开答复。" not in hints


def test_the_proposed_section_with_its_reason_and_nothing_is_written(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau)
    for place in range(3):
        dispatched(bureau, title=f"第{place}次夜间噪声", content="夜间噪声大，请处理。")
    keep(routing_that_cannot_be_read(bureau))
    hints = page_of(clerk.client.post("/intake/hints/", form(incoming_phone="")))
    for said in (
        "建议派往",
        bureau.lead.name,
        bureau.other.name,
        "依据规则“噪声”：噪声",
        "近 90 天同类 3 件中 3 件由其办理",
    ):
        assert said in hints, said
    assert not Notice.objects.filter(kind="route_trouble").exists()
    assert Ticket.objects.count() == 3
    nothing = page_of(clerk.client.post("/intake/hints/", form(incoming_phone="", content="别的事情，请处理。")))
    assert "没有规则适用" in nothing


def routing_that_cannot_be_read(bureau: Bureau) -> Any:
    row = rule(bureau, words=("从不",))
    row.co_sections = ["没有的科室"]
    return row


def test_answers_are_offered_on_the_words_of_the_matter(clerk: Desk) -> None:
    phrase("answer", "夜间施工时段", "夜间禁止施工。", words=["夜间", "噪声"])
    phrase("answer", "征迁补偿", "请到征收办公室查询。", words=["补偿"])
    hints = page_of(clerk.client.post("/intake/hints/", form()))
    assert 'data-insert="夜间禁止施工。"' in hints
    assert "征收办公室" not in hints


def test_without_scripts_the_hints_come_after_check_and_the_template_by_a_button(bureau: Bureau, clerk: Desk) -> None:
    ticket = dispatched(bureau, content=TEXT, title="夜间施工噪声")
    checked = page_of(send(clerk, do="check"))
    assert ticket.number in checked
    assert TEXT in checked
    made = phrase("matter", "何时通车", "咨询（　　）何时通车。", type="consultation", place="样例路")
    filled = page_of(send(clerk, do="template", template=str(made.pk), content="", type="other", place="示范路"))
    assert "咨询（　　）何时通车。" in filled
    assert '<option value="consultation" selected>' in filled
    assert 'value="示范路"' in filled  # what is typed stays
    assert Ticket.objects.count() == 1


def test_a_template_carries_its_fields(clerk: Desk) -> None:
    phrase("matter", "何时通车", "咨询（　　）何时通车。", type="consultation", words=["x"], section="y")
    body = page_of(clerk.get("/intake/"))
    assert (
        'data-fields="{&quot;content&quot;: &quot;咨询（　　）何时通车。&quot;, &quot;type&quot;: &quot;consultation&quot;}"'
        in body
    )


# --- answered, joined, proposed --------------------------------------------------------------------------------------


def test_answered_on_the_line_is_closed_though_a_rule_would_dispatch(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau, dispatches=True)
    ticket = logged(clerk, do="answer", answer="夜间十点后不得施工，已转告工地。")
    assert (ticket.state, ticket.is_direct, ticket.section) == ("closed", True, None)
    assert ticket.replies.get().public_text == "夜间十点后不得施工，已转告工地。"
    assert not Timer.objects.filter(ticket=ticket, run="running").exists()
    assert "夜间十点后不得施工" in page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))
    answer = send(clerk, do="answer", answer=" ", content="另一件事，请答复。")
    assert answer.status_code == 422
    assert "请填写答复内容。" in page_of(answer)
    assert Ticket.objects.count() == 1


def test_joined_is_logged_and_merged_and_the_caller_is_told_how_it_stands(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau, dispatches=True)
    parent = dispatched(bureau, content=TEXT, title="夜间施工噪声")
    ticket = logged(clerk, join=parent.number, content="")
    assert (ticket.state, ticket.parent) == ("merged", parent)
    assert ticket.content == "来电人再次反映：夜间施工噪声"
    assert not Event.objects.filter(ticket=ticket, action="dispatch").exists()
    assert Timer.objects.get(inquiry=inquiry_of(ticket), kind="reply").ticket == parent
    receipt = page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))
    for said in (parent.number, "待签收", bureau.lead.name, "答复期限", inquiry_of(ticket).lookup_code):
        assert said in receipt, said
    assert parent.inquiries.count() == 1


def test_what_cannot_be_merged_is_proposed_to_the_office(bureau: Bureau, clerk: Desk) -> None:
    over = log_matter(content=TEXT, title="夜间施工噪声")
    handling.answer_directly(ticket=over, actor=bureau.actor("intake"), now=clock.now(), answer="已转告。")
    ticket = logged(clerk, join=over.number)
    assert ticket.state == "registered"
    asked = ticket.requests.get()
    assert (asked.kind, asked.is_open, asked.facts) == ("merger", True, {"into": over.number})
    assert Notice.objects.filter(kind="merger_proposed", role="dispatcher", ticket=ticket).exists()
    assert "建议：并入" in page_of(clerk.get(f"/intake/receipt/{ticket.number}/"))
    secret = log_matter(content=TEXT, is_confidential=True)
    assert logged(clerk, join=secret.number, content=TEXT + "还有。").requests.get().kind == "merger"
    gone = send(clerk, join="LD-2026-9999999")
    assert gone.status_code == 409
    assert TEXT in page_of(gone)


def test_a_clerk_proposes_a_rejection_and_the_office_rejects_with_what_he_wrote(bureau: Bureau, clerk: Desk) -> None:
    missing = send(clerk, do="reject", code="not_duty")
    assert missing.status_code == 422
    assert "请填写如何告知来电人。" in page_of(missing)
    ticket = logged(clerk, do="reject", code="not_duty", told="已在电话中告知", pointed_to="请向社区反映")
    assert ticket.state == "registered"
    assert ticket.requests.get().code == "not_duty"
    office = Desk(bureau.people["dispatcher"])
    shown = page_of(office.get(f"/tickets/{ticket.number}/"))
    assert "申请不予受理" in shown
    assert "超出职责范围" in shown
    asked = page_of(office.get(f"/tickets/{ticket.number}/reject/"))
    assert "已在电话中告知" in asked
    assert "请向社区反映" in asked
    done = office.client.post(
        f"/tickets/{ticket.number}/reject/",
        {"version": ticket.version, "code": "not_duty", "told": "已在电话中告知", "pointed_to": "请向社区反映"},
    )
    assert done.status_code == 303
    ticket.refresh_from_db()
    assert ticket.state == "rejected"
    asked_for = ticket.requests.get()
    assert (asked_for.is_open, asked_for.is_granted) == (False, True)


def test_the_office_that_dispatches_passes_the_proposal_over(bureau: Bureau, clerk: Desk) -> None:
    ticket = logged(clerk, do="reject", code="not_duty", told="已告知", pointed_to="请向社区反映")
    routing.dispatch(ticket=ticket, section=bureau.lead, actor=bureau.actor("dispatcher"), now=clock.now())
    asked = Request.objects.get(ticket=ticket)
    assert (asked.is_open, asked.is_granted) == (False, False)


def test_the_office_rejects_at_once(bureau: Bureau) -> None:
    desk = Desk(bureau.people["dispatcher"])
    ticket = logged(desk, do="reject", code="emergency", told="已告知", pointed_to="请拨打 119")
    assert (ticket.state, ticket.end_code) == ("rejected", "emergency")


def test_a_number_that_is_missing_makes_nobody_anonymous_on_the_receipt(clerk: Desk) -> None:
    receipts = [
        page_of(clerk.get(f"/intake/receipt/{logged(clerk, **typed).number}/"))
        for typed in ({"incoming_phone": "", "name": ""}, {"entry": "b2", "is_anonymous": "true"})
    ]
    assert ["未留号码" in body for body in receipts] == [True, False]
    assert ["匿名" in body for body in receipts] == [False, True]


# --- drafts, today's list, statements --------------------------------------------------------------------------------


def test_a_draft_is_kept_sealed_offered_again_and_gone_when_it_is_sent(bureau: Bureau, clerk: Desk) -> None:
    typed = form(needs_reply="", answer="先这样答复")
    del typed["needs_reply"]
    kept = clerk.client.post("/intake/draft/", typed)
    assert "草稿已保存" in page_of(kept)
    row = Draft.objects.get(user=bureau.people["intake"])
    assert row.place == "intake"
    assert NUMBER.encode() not in bytes(row.sealed)
    body = page_of(clerk.get("/intake/"))
    assert TEXT in body
    assert "先这样答复" in body
    assert 'value="a1b2c3d4e5f60718"' in body  # sent again after a broken connection it is the same matter
    assert not re.search(r'name="needs_reply" value="true" checked', body)
    assert re.search(r"已恢复 \d\d:\d\d 的草稿", body)
    logged(clerk)
    assert not Draft.objects.exists()
    assert "的草稿" not in page_of(clerk.get("/intake/"))
    clerk.client.post("/intake/draft/", typed)
    assert clerk.client.post("/intake/", {"do": "forget", "call": ""})["Location"] == "/intake/"
    assert not Draft.objects.exists()
    assert clerk.client.post("/intake/draft/", form(incoming_phone="", name="", content="", place="")).content == b""
    assert not Draft.objects.exists()
    assert NUMBER not in page_of(Desk(bureau.people["dispatcher"]).get("/intake/"))


def test_what_a_clerk_logged_today_is_his_own_list(bureau: Bureau, clerk: Desk) -> None:
    mine = logged(clerk)
    theirs = logged(Desk(bureau.people["dispatcher"]), content="别人登记的一件事，请处理。")
    body = page_of(clerk.get("/intake/"))
    assert "我今天登记 1 件" in body
    assert f"/intake/receipt/{mine.number}/" in body
    assert theirs.number not in body


def test_a_receipt_is_for_what_came_in_at_our_own_doors(bureau: Bureau, clerk: Desk) -> None:
    from tickets.domain.words import Channel

    platform = log_matter(channel=Channel.HOTLINE)
    assert clerk.get(f"/intake/receipt/{platform.number}/").status_code == 404
    assert clerk.get("/intake/receipt/LD-2026-9999999/").status_code == 404


def test_the_desk_costs_the_same_with_many_matters(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau)
    counted = []
    pages = (lambda: clerk.get("/intake/"), lambda: clerk.client.post("/intake/hints/", form()))
    for many in (3, 27):
        for place in range(many):
            logged(clerk, content=f"{TEXT}第{place}次，共{many}次。")
        asked = []
        for page in pages:
            page()  # calendar, rules and phrases are built once in a process, the search for a person is journalled once
            with CaptureQueriesContext(connection) as found:
                assert page().status_code == 200
            asked.append(len(found))
        counted.append(asked)
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 12


def test_places_of_confidential_matters_are_not_offered(clerk: Desk) -> None:
    log_matter(place="保密路九号", is_confidential=True)
    log_matter(place="公开路八号")
    body = page_of(clerk.get("/intake/"))
    assert "公开路八号" in body
    assert "保密路九号" not in body


def test_the_page_is_whole_in_english_too(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"], language="en")
    body = page_of(desk.get("/intake/"))
    main = body[body.index('<main id="main"') :]
    assert "Log and hand on" in main
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<text[^>]*>.*?</text>", "", main))


def test_withdrawing_is_for_who_logged_it_until_a_section_signs(bureau: Bureau, clerk: Desk) -> None:
    mine = logged(clerk)
    other = logged(Desk(bureau.people["dispatcher"]), content="别人登记的一件事，请处理。")
    refused = clerk.act(other, "withdraw", {"reason": "登记有误"})
    assert refused.status_code == 409
    assert "不是您登记的" in text_of(refused)
    assert clerk.act(mine, "withdraw", {"reason": "来电人说已解决"}).status_code == 200
    mine.refresh_from_db()
    assert mine.state == "terminated"
    assert inquiry_of(mine).closed_at is not None
    signed = dispatched(bureau)
    handling.sign(ticket=signed, actor=bureau.actor("handler"), now=clock.now())
    assert clerk.act(signed, "withdraw", {"reason": "登记有误"}).status_code == 409
    assert Desk(bureau.people["dispatcher"]).act(signed, "withdraw", {"reason": "撤回"}).status_code == 200
