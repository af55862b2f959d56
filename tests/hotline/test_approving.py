"""The leader's cards: what waits, what is known of it, signed off or sent back, granted or refused, and who may."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched
from tickets import clock
from tickets.actions import handling, ledger, replies, timers
from tickets.domain.states import State
from tickets.domain.words import Channel
from tickets.models import Reading, Reply, Request, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
ADDRESS = "/board/approve/"
TEXT = "您好，您反映的围挡破损问题已于当日修复，感谢您的监督。"


def signed(bureau: Bureau, **facts: Any) -> Ticket:
    ticket = dispatched(bureau, **facts)
    timers.start_outer(inquiry=ticket.inquiries.get(), now=clock.now(), ticket=ticket)
    handling.sign(ticket=ticket, actor=bureau.actor("handler"), now=clock.now())
    return Ticket.objects.get(pk=ticket.pk)


def reviewed(bureau: Bureau, text: str = TEXT, author: str = "handler", **facts: Any) -> Ticket:
    """A ticket whose reply waits to be signed off."""
    ticket, given = signed(bureau, **facts), {"now": clock.now()}
    replies.draft(
        ticket=ticket, actor=bureau.actor(author), outcome="solved", public_text=text, handling="已修复围挡。", **given
    )
    replies.submit(ticket=ticket, actor=bureau.actor(author), **given)
    replies.review(ticket=ticket, actor=bureau.actor("chief"), passed=True, **given)
    return Ticket.objects.get(pk=ticket.pk)


def extension(bureau: Bureau, ticket: Ticket, days: int = 3) -> Request:
    return handling.ask_extension(
        ticket=ticket,
        actor=bureau.actor("handler"),
        now=clock.now(),
        amount=Decimal(days),
        reason="管线未移交，须等待图纸复核。",
    )


def page(desk: Desk, **query: Any) -> str:
    answer = desk.get(ADDRESS, **query)
    assert answer.status_code == 200
    return answer.content.decode()


def decide(desk: Desk, ticket: Ticket, action: str, **given: Any) -> Any:
    given = {"version": Ticket.objects.get(pk=ticket.pk).version, "back": ADDRESS, **given}
    return desk.client.post(f"/tickets/{ticket.number}/{action}/", given)


def test_a_reply_stands_with_author_checks_and_both_texts(bureau: Bureau) -> None:
    ticket = reviewed(bureau)
    body = page(Desk(bureau.people["leader"]))
    for words in (
        ticket.number,
        TEXT,
        "已修复围挡。",
        "测试handler 起草",
        "测试chief 初审通过",
        "未发现错敏词",
        "待签发答复",
    ):
        assert words in body
    assert PARTY.phone not in body
    assert "199****1234" in body


def test_signed_off_from_the_card_it_leaves_the_list(bureau: Bureau) -> None:
    ticket, desk = reviewed(bureau), Desk(bureau.people["leader"])
    answer = decide(desk, ticket, "approve", remark="同意")
    assert (answer.status_code, answer["Location"]) == (303, ADDRESS)
    assert Ticket.objects.get(pk=ticket.pk).stage is State.APPROVED
    assert Reply.objects.get(ticket=ticket).remark == "同意"
    assert f"/tickets/{ticket.number}/" not in page(desk)
    assert "没有待审批的事项" in page(desk)


def test_sent_back_needs_the_reason_and_keeps_what_was_typed(bureau: Bureau) -> None:
    ticket, desk = reviewed(bureau), Desk(bureau.people["leader"])
    assert decide(desk, ticket, "disapprove", remark="").status_code == 422
    assert decide(desk, ticket, "disapprove", remark="请写明修复时间").status_code == 303
    assert Ticket.objects.get(pk=ticket.pk).stage is State.IN_PROGRESS
    assert Reply.objects.get(ticket=ticket).remark == "请写明修复时间"


def test_a_stale_card_is_told_and_decides_nothing(bureau: Bureau) -> None:
    ticket, desk = reviewed(bureau), Desk(bureau.people["leader"])
    answer = decide(desk, ticket, "disapprove", remark="请补充照片", version=ticket.version - 1)
    assert answer.status_code == 409
    assert "请补充照片" in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).stage is State.SIGN_OFF


def test_an_extension_shows_the_limit_before_and_after(bureau: Bureau) -> None:
    ticket = signed(bureau)
    request = extension(bureau, ticket)
    desk = Desk(bureau.people["leader"])
    body = page(desk)
    outer = ticket.timers.get(side="outer", kind="reply")
    from hotline.wording import moments
    from tickets.actions.timers import extended_due

    after = extended_due(timer=outer, amount=Decimal(3))
    assert after is not None
    for moment in (outer.due_at, after):
        assert moments.due(moment, clock.now()) in body
    assert "3 个工作日" in body
    assert request.reason in body
    assert decide(desk, ticket, "refuse_extension", opinion="").status_code == 422
    assert decide(desk, ticket, "grant_extension", opinion="同意").status_code == 303
    assert Request.objects.get(pk=request.pk).is_granted
    outer.refresh_from_db()
    assert outer.due_at == after


def test_a_suspension_shows_ground_and_dates(bureau: Bureau) -> None:
    ticket, day = signed(bureau), (clock.now() + timedelta(days=60)).date()
    handling.ask_suspension(
        ticket=ticket, actor=bureau.actor("handler"), now=clock.now(), code="season", reason="冬季低温不能摊铺，开春恢复。", until=day,
        review_on=day - timedelta(days=30),
    )  # fmt: skip
    body = page(Desk(bureau.people["leader"]), list="requests")
    assert "受季节或工期限制" in body
    assert f"{day.month}月{day.day}日" in body
    assert decide(Desk(bureau.people["leader"]), ticket, "grant_suspension", opinion="").status_code == 303
    assert Ticket.objects.get(pk=ticket.pk).stage is State.SUSPENDED


def test_what_waits_for_the_platform_is_no_longer_the_leaders(bureau: Bureau) -> None:
    from tests.tickets.making import make_source

    make_source("hotline", Channel.HOTLINE, tells=["extension"], is_platform=True)
    ticket = signed(bureau, channel=Channel.HOTLINE)
    extension(bureau, ticket)
    desk = Desk(bureau.people["leader"])
    assert "由平台裁定" in page(desk, list="requests")
    assert decide(desk, ticket, "grant_extension", opinion="同意").status_code == 303
    assert Request.objects.get(ticket=ticket).is_open
    assert f"/tickets/{ticket.number}/" not in page(desk, list="requests")


def test_who_may_not_decide_reads_why(bureau: Bureau) -> None:
    supervised = reviewed(bureau)
    handling.supervise(ticket=supervised, actor=bureau.actor("dispatcher"), now=clock.now(), content="请抓紧")
    body = page(Desk(bureau.people["dispatcher"]))
    assert "须领导签发" in body
    assert "本件须由分管领导签发" in body
    extension(bureau, signed(bureau))
    assert "由分管领导审批" in page(Desk(bureau.people["dispatcher"]), list="requests")


def test_only_those_who_decide_come_here(bureau: Bureau) -> None:
    reviewed(bureau)
    for name, user in bureau.people.items():
        expected = 200 if name in ("leader", "dispatcher") else 403
        assert Desk(user).get(ADDRESS).status_code == expected, name


def test_a_card_is_a_look_at_the_ticket(bureau: Bureau) -> None:
    ticket = reviewed(bureau)
    page(Desk(bureau.people["leader"]))
    page(Desk(bureau.people["leader"]))
    assert Reading.objects.filter(ticket=ticket, user=bureau.people["leader"], kind="page").count() == 1


def test_the_callers_number_in_the_text_is_named_by_the_checks(bureau: Bureau) -> None:
    ticket = reviewed(bureau)
    with_number = f"{TEXT}如有疑问请致电{PARTY.phone}。"
    reply = Reply.objects.get(ticket=ticket)
    reply.public_text = with_number
    ledger.save_with_history(reply, actor=bureau.actor("handler"), now=clock.now(), reason="for the test")
    assert "公开答复中含有诉求人的电话或证件号码" in page(Desk(bureau.people["leader"]))


def test_the_most_urgent_stands_on_top_and_a_page_holds_ten(bureau: Bureau) -> None:
    tickets = [reviewed(bureau) for _ in range(12)]
    Ticket.objects.filter(pk=tickets[-1].pk).update(due_at=clock.now() - timedelta(days=1))
    desk = Desk(bureau.people["leader"])
    body = page(desk)
    assert body.index(tickets[-1].number) < body.index(tickets[0].number)
    assert body.count('class="card decide"') == 10
    following = body.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert desk.client.get(following).content.decode().count('class="card decide"') == 2
    assert desk.get(ADDRESS, list="replies", after="nonsense").status_code == 303


@pytest.mark.parametrize("kind", ["replies", "requests"])
def test_the_number_of_statements_does_not_grow_with_the_cards(bureau: Bureau, kind: str) -> None:
    def one_more() -> None:
        ticket = reviewed(bureau) if kind == "replies" else signed(bureau)
        if kind == "requests":
            extension(bureau, ticket)

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(desk, list=kind)
        return len(seen)

    desk = Desk(bureau.people["leader"])
    one_more()
    statements()
    one = statements()
    for _ in range(8):
        one_more()
    assert statements() == one <= 14


def test_the_list_leads_to_the_cards(bureau: Bureau) -> None:
    reviewed(bureau)
    body = Desk(bureau.people["leader"]).get("/desk/", list="sign_off").content.decode()
    assert 'href="/board/approve/?list=replies"' in body
    assert "/board/approve/" not in Desk(bureau.people["secrecy"]).get("/desk/", list="sign_off").content.decode()


def test_whoever_asked_finds_the_ruling_in_his_tray(bureau: Bureau) -> None:
    ticket, handler = signed(bureau), Desk(bureau.people["handler"])
    extension(bureau, ticket)
    decide(Desk(bureau.people["leader"]), ticket, "refuse_extension", opinion="请按期办结")
    body = handler.client.get("/tray/").content.decode()
    assert "延期未批准" in body
    assert "请按期办结" in body
    assert f"/tickets/{ticket.number}/" in body
    assert "Your extension was refused" in Desk(bureau.people["handler"], "en").get("/tray/").content.decode()


def submitted(bureau: Bureau, **facts: Any) -> Ticket:
    """A ticket whose reply waits for its first review."""
    ticket, handler = signed(bureau, **facts), bureau.actor("handler")
    replies.draft(
        ticket=ticket, actor=handler, now=clock.now(), outcome="solved", public_text=TEXT, handling="已修复围挡。"
    )
    replies.submit(ticket=ticket, actor=handler, now=clock.now())
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize(
    ("make", "who", "actions"),
    [(reviewed, "dispatcher", ("approve", "disapprove")), (submitted, "chief", ("pass_review", "fail_review"))],
)
def test_whoever_judges_a_reply_reads_it_in_the_form_and_counts_as_its_reader(
    bureau: Bureau, make: Any, who: str, actions: tuple[str, str]
) -> None:
    ticket, desk = make(bureau), Desk(bureau.people[who])
    for action in actions:
        for headers in ({}, {"HX-Request": "true"}):
            body = desk.client.get(f"/tickets/{ticket.number}/{action}/", headers=headers).content.decode()
            for words in (TEXT, "已修复围挡。", "未发现错敏词", "测试handler 起草"):
                assert words in body, (action, words)
            assert body.index(TEXT) < body.index('name="remark"')
            assert PARTY.phone not in body
    assert Reading.objects.filter(ticket=ticket, user=bureau.people[who], kind="page").count() == 1


def test_the_chief_of_a_confidential_matter_judges_the_reply_without_the_caller(bureau: Bureau) -> None:
    ticket = submitted(bureau, is_confidential=True, title="样例举报标题")
    body = Desk(bureau.people["chief"]).get(f"/tickets/{ticket.number}/pass_review/").content.decode()
    assert TEXT in body
    for words in (PARTY.name, PARTY.phone, "样例举报标题"):
        assert words not in body


def test_what_was_done_is_said_with_its_ticket(bureau: Bureau) -> None:
    ticket, desk = reviewed(bureau), Desk(bureau.people["leader"])
    decide(desk, ticket, "approve", remark="同意")
    assert f"已签发：{ticket.number} {ticket.title}" in page(desk)
    ticket = signed(bureau)
    extension(bureau, ticket)
    decide(desk, ticket, "refuse_extension", opinion="请按期办结")
    assert f"已决定不予延期：{ticket.number}" in page(desk)
