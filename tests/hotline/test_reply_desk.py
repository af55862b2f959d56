"""The reply desk: what each field is called, what is kept, and what becomes of a reply whose ticket has moved on."""

from __future__ import annotations

import pytest

from tests.hotline.bureau import Bureau, Desk
from tests.hotline.lived import again, reviewed, signed
from tickets import clock
from tickets.actions import handling
from tickets.domain.words import Channel
from tickets.queries import readiness

PLATFORM, INSIDE = "办理情况（平台工作人员可见，不公开）", "办理情况（内部）"
WHO_READS = [
    (Channel.HOTLINE, PLATFORM),
    (Channel.PETITION, PLATFORM),
    (Channel.INSPECTION, INSIDE),
    (Channel.DIRECT, INSIDE),
]


@pytest.mark.parametrize(("channel", "name"), WHO_READS)
def test_the_account_is_called_by_who_reads_it_wherever_it_stands(bureau: Bureau, channel: Channel, name: str) -> None:
    ticket, other = signed(bureau, channel=channel), ({PLATFORM, INSIDE} - {name}).pop()
    handler, address = Desk(bureau.people["handler"]), f"/tickets/{ticket.number}/"
    typed = {"public_text": "已修复。", "handling": "已到场修复。"}
    written = [handler.get(address), handler.client.post(f"{address}reply/preview/", typed)]
    waiting = reviewed(bureau, channel=channel)
    leader, office = Desk(bureau.people["leader"]), Desk(bureau.people["dispatcher"])
    read = [
        leader.get("/board/approve/", list="replies"),
        office.get(f"/office/preview/{waiting.number}/"),
        office.get(f"/tickets/{waiting.number}/"),
    ]
    for answer in (*written, *read):
        body = answer.content.decode()
        assert name in body, answer.request["PATH_INFO"]
        assert other not in body, answer.request["PATH_INFO"]


def test_neither_form_nor_preview_of_our_own_matter_speaks_of_a_platform(bureau: Bureau) -> None:
    ticket = signed(bureau)
    body = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert "平台" not in body.partition('id="reply"')[2].partition("</section>")[0]
    answer = Desk(bureau.people["handler"]).client.post(
        f"/tickets/{ticket.number}/reply/preview/", {"public_text": "已修复。", "handling": "已到场修复。"}
    )
    assert "平台" not in answer.content.decode()


def test_who_comes_after_the_ticket_has_moved_on_is_told_by_whom_and_keeps_the_text(bureau: Bureau) -> None:
    ticket = signed(bureau)
    seen = {"version": str(ticket.version), "do": "submit"}
    typed = {"outcome": "solved", "public_text": "您好，围挡已于今日修复。", "handling": "已到场修复。"}
    handling.ask_information(ticket=ticket, actor=bureau.actor("chief"), now=clock.now(), reason="请问是哪一段围挡？")
    desk, address = Desk(bureau.people["handler"]), f"/tickets/{ticket.number}/"
    for given in ({**seen, **typed}, typed, {**typed, "outcome": ""}):
        answer = desk.client.post(f"{address}reply/", given)
        body = answer.content.decode()
        assert answer.status_code == 409
        assert f'href="{address}"' in body
        assert "测试chief" in body
        assert "要求补充" in body
        assert "待补充" in body
        assert typed["public_text"] in body
        assert typed["handling"] in body
    handling.receive_information(ticket=again(ticket), actor=bureau.actor("chief"), now=clock.now(), note="东段。")
    assert typed["public_text"] in desk.get(address).content.decode(), "it stands in the form again"


def test_an_unfinished_draft_is_saved_as_it_is_and_only_submitting_needs_all(bureau: Bureau) -> None:
    ticket = signed(bureau)
    desk, address = Desk(bureau.people["handler"]), f"/tickets/{ticket.number}/"
    begun = {"version": str(ticket.version), "handling": "上午到场，", "public_text": "", "promised_on": ""}
    assert desk.client.post(f"{address}reply/", {**begun, "do": "submit"}).status_code == 422
    assert desk.client.post(f"{address}reply/", {**begun, "do": "save"}).status_code == 303
    body = desk.get(address).content.decode()
    assert "内容尚未完成" in body
    assert begun["handling"] in body
    assert not ticket.replies.exists()
    assert begun["handling"] not in Desk(bureau.people["chief"]).get(address).content.decode()
    whole = {**begun, "outcome": "solved", "public_text": "您好，围挡已于今日修复。", "do": "save"}
    assert desk.client.post(f"{address}reply/", whole).status_code == 303
    assert whole["public_text"] in Desk(bureau.people["chief"]).get(address).content.decode(), "now it is the ticket's"


def test_what_the_state_forbids_is_told_shortly_in_the_menu(bureau: Bureau) -> None:
    ticket = signed(bureau)
    body = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert "当前状态“办理中”不能签收。" in body
    assert "您现在可以" not in body


def test_a_text_without_end_is_stopped_by_its_length_and_read_no_further(bureau: Bureau) -> None:
    ticket = signed(bureau)
    text = readiness.Text("solved", "围挡已修复，回访电话19911112222。" * 5_000, "已到场修复。")
    found = readiness.findings(ticket, text)
    assert found[0].field == "public_text"
    numbers = [each for each in found if each.code == "personal_data"]
    assert 0 < len(numbers) <= readiness.LONGEST / 11
    typed = {"public_text": text.public_text, "handling": text.handling, "outcome": "solved"}
    answer = Desk(bureau.people["handler"]).client.post(f"/tickets/{ticket.number}/reply/checks/", typed)
    assert answer.status_code == 200
