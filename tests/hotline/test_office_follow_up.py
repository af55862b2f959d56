"""Follow-up calls: the script, the number only when it is opened, every outcome, redo straight from it, and who cannot be asked."""

from __future__ import annotations

import pytest

from tests.hotline.bodies import TEXT
from tests.hotline.bureau import PARTY, Bureau, Desk, inquiry_of, log_matter
from tests.hotline.lived import again, answered
from tickets import clock
from tickets.actions import ledger
from tickets.domain.actors import SYSTEM
from tickets.models import Event, Inquiry, Phrase, PhraseKind, Reading, Ticket
from tickets.queries import journal, worklists
from tickets.queries.scopes import EVERYTHING
from tickets.queries.worklists import Worklist

pytestmark = pytest.mark.everywhere


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


def call(desk: Desk, ticket: Ticket, do: str = "save", **outcome: str) -> object:
    typed = {"version": str(again(ticket).version), "inquiry": str(inquiry_of(ticket).pk), "do": do, **outcome}
    return desk.client.post(f"/office/followup/{ticket.number}/", typed)


def listed() -> list[str]:
    rows = worklists.page(worklist=Worklist.FOLLOW_UP, scope=EVERYTHING, now=clock.now()).rows
    return [row["number"] for row in rows]


def test_the_script_names_the_caller_covered_and_what_was_answered(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    shown = desk.get(f"/office/followup/{ticket.number}/").content.decode()
    assert "您好，请问是测**吗？" in shown
    assert TEXT in shown
    assert PARTY.phone not in shown
    assert f"请问是{PARTY.name}" not in shown
    script = Phrase(kind=PhraseKind.SCRIPT.value, title="房建类回访", body="{name}您好，关于{title}，{unknown}。")
    ledger.save_with_history(script, actor=SYSTEM, now=clock.now(), reason="样例")
    assert (
        "测**您好，关于样例路围挡破损，{unknown}。" in desk.get(f"/office/followup/{ticket.number}/").content.decode()
    )


def test_the_number_is_opened_by_an_act_that_is_recorded(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    answer = desk.client.post(f"/office/followup/{ticket.number}/reveal/", headers={"HX-Request": "true"})
    assert PARTY.phone in answer.content.decode()
    assert Event.objects.filter(ticket=ticket, action="read_person").count() == 1
    assert Reading.objects.get(ticket=ticket, kind="person").reason == "回访"
    whole = desk.client.post(f"/office/followup/{ticket.number}/reveal/")
    assert f"tel:{PARTY.phone}" in whole.content.decode(), "also without scripts"
    assert Desk(bureau.people["leader"]).client.post(f"/office/followup/{ticket.number}/reveal/").status_code == 403


def test_a_call_is_noted_and_closed_and_goes_on_to_the_next(bureau: Bureau, desk: Desk) -> None:
    first, second = answered(bureau), answered(bureau)
    answer = call(desk, first, "close", reached="true", solved="true", satisfaction="1", comment="很满意")
    assert desk.get(answer["Location"])["Location"] == f"/office/followup/{second.number}/"  # type: ignore[index]
    inquiry = inquiry_of(first)
    assert (inquiry.is_reached, inquiry.is_solved, inquiry.satisfaction, inquiry.comment) == (True, True, 1, "很满意")
    assert again(first).state == "closed"
    assert listed() == [second.number]


def test_who_was_not_reached_is_asked_again_after_the_others(bureau: Bureau, desk: Desk) -> None:
    first, second = answered(bureau), answered(bureau)
    answer = call(desk, first, "missed")
    assert inquiry_of(first).is_reached is False
    assert desk.get(answer["Location"])["Location"] == f"/office/followup/{second.number}/"  # type: ignore[index]
    assert "未接通" in desk.get(f"/office/followup/{first.number}/").content.decode()
    assert "上次未接通" in desk.get("/office/", list="follow_up").content.decode()
    assert desk.get(f"/office/followup/?after={second.number}")["Location"] == f"/office/followup/{first.number}/"


def test_a_redo_says_why_and_goes_back_to_the_same_section(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    answer = call(desk, ticket, "redo", reached="true", solved="false", satisfaction="5")
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "重办须写明" in answer.content.decode()  # type: ignore[attr-defined]
    assert inquiry_of(ticket).is_reached is None, "nothing half done"
    call(desk, ticket, "redo", reached="true", solved="false", satisfaction="5", comment="围挡又倒了，没有修好")
    done = again(ticket)
    assert (done.state, done.section, done.redo_count) == ("in_progress", bureau.lead, 1)
    assert inquiry_of(ticket).is_solved is False
    assert journal.verify().ok


def test_reached_and_nothing_asked_is_sent_back_with_what_was_typed(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    answer = call(desk, ticket, reached="true", comment="对方正忙")
    assert answer.status_code == 409  # type: ignore[attr-defined]
    body = answer.content.decode()  # type: ignore[attr-defined]
    assert "已接通的请记录是否解决或满意度。" in body
    assert "对方正忙" in body
    stale = desk.client.post(
        f"/office/followup/{ticket.number}/", {"version": "1", "reached": "true", "solved": "true"}
    )
    assert stale.status_code == 409


def test_what_is_typed_is_kept_and_offered_again(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    desk.client.post(f"/tickets/{ticket.number}/draft/follow_up/", {"comment": "说到一半", "satisfaction": "2"})
    shown = desk.get(f"/office/followup/{ticket.number}/").content.decode()
    assert "说到一半" in shown
    assert 'value="2" checked' in shown
    call(desk, ticket, reached="true", satisfaction="2")
    assert "说到一半" not in desk.get(f"/office/followup/{ticket.number}/").content.decode()


def test_an_anonymous_caller_is_not_asked_and_the_matter_is_closed_from_there(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    Inquiry.objects.filter(ticket=ticket).update(is_anonymous=True)
    shown = desk.get(f"/office/followup/{ticket.number}/").content.decode()
    assert "不适用回访" in shown
    assert "查看号码" not in shown
    assert "不适用回访" in desk.get("/office/", list="follow_up").content.decode()
    assert call(desk, ticket, reached="true", solved="true").status_code == 409  # type: ignore[attr-defined]
    desk.client.post(f"/tickets/{ticket.number}/close/", {"version": str(again(ticket).version)})
    assert again(ticket).state == "closed"


def test_a_caller_of_a_merged_ticket_keeps_the_right_to_be_asked(bureau: Bureau, desk: Desk) -> None:
    ticket = answered(bureau)
    other = log_matter(state="merged", parent=ticket, before_merge="registered")
    call(desk, ticket, reached="true", satisfaction="2")
    assert listed() == [ticket.number]
    desk.client.post(
        f"/office/followup/{ticket.number}/",
        {
            "version": str(again(ticket).version),
            "inquiry": str(inquiry_of(other).pk),
            "reached": "true",
            "satisfaction": "3",
        },
    )
    assert inquiry_of(other).satisfaction == 3
    assert inquiry_of(ticket).satisfaction == 2
