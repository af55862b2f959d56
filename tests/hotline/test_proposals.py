"""变更方案 as pages: who may, a year's notice proposed from a file, decided by another, and what the list costs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import Bureau, Desk, inquiry_of, log_matter
from tickets import clock
from tickets.actions import proposals, routing, timers
from tickets.domain.moments import to_local
from tickets.domain.words import Channel
from tickets.models import CoveredYear, Event, Policy, Proposal, ProposedMove, SpecialDay, Stage, Ticket, Timer
from tickets.queries.calendar import working_calendar

pytestmark = pytest.mark.everywhere
FILES = Path(__file__).parents[1] / "samples" / "notices"


@pytest.fixture
def office(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


@pytest.fixture
def leader(bureau: Bureau) -> Desk:
    return Desk(bureau.people["leader"])


def dispatched(bureau: Bureau, **facts: Any) -> Ticket:
    """A ticket with the lead section, whose source's clocks run too."""
    ticket = log_matter(**{"channel": Channel.HOTLINE, **facts})
    timers.start_outer(inquiry=inquiry_of(ticket), now=clock.now())
    return routing.dispatch(ticket=ticket, section=bureau.lead, actor=bureau.actor("dispatcher"), now=clock.now())


def next_workday() -> str:
    day = to_local(clock.now()).date() + timedelta(days=3)
    while not working_calendar().is_working(day):
        day += timedelta(days=1)
    return day.isoformat()


def order(office: Desk, **more: str) -> Proposal:
    """The day in three days off by a local order, proposed on the page and measured."""
    typed = {
        "first_date": next_workday(), "use": "off", "called": "样例停工日", "document": "样例府办〔2026〕1号", "issuer": "local",
        "reason": "市里通知", **more,
    }  # fmt: skip
    answer = office.client.post("/rules/calendar/propose/order/", typed)
    assert answer.status_code == 303, answer.content.decode()
    proposals.advance(now=clock.now())
    return Proposal.objects.get(pk=int(answer["Location"].rstrip("/").rsplit("/", 1)[1]))


def test_who_may_see_propose_and_decide(bureau: Bureau, office: Desk) -> None:
    dispatched(bureau)
    made = order(office)
    policy = Policy.objects.get(name="宿事速办：其他各类")
    for name, user in bureau.people.items():
        person = Desk(user)
        sees = name in ("dispatcher", "leader", "auditor")
        for address in ("/rules/proposals/", f"/rules/proposals/{made.pk}/", f"/rules/proposals/{made.pk}/progress/"):
            assert person.get(address).status_code == (200 if sees else 403), (name, address)
        for address in ("/rules/calendar/propose/", f"/rules/policies/{policy.pk}/propose/"):
            assert person.get(address).status_code == (200 if name == "dispatcher" else 403), (name, address)
        if name != "leader":
            assert person.client.post(f"/rules/proposals/{made.pk}/decide/", {"do": "approve"}).status_code == 403
    assert Proposal.objects.get().stage == Stage.OPEN


def test_the_year_is_proposed_from_either_file(bureau: Bureau, office: Desk) -> None:
    for name, more in (("2027.json", {}), ("2027.ics", {"year": "2027", "document": "国办发明电〔2026〕样例号"})):
        with (FILES / name).open("rb") as file:
            answer = office.client.post(
                "/rules/calendar/propose/notice/", {"notice": file, "reason": "国办通知已发布", **more}
            )
        assert answer.status_code == 303, answer.content.decode()
        made = Proposal.objects.latest("pk")
        days = {(row["date"], row["is_working"]) for row in made.what["amendment"]["days"]}
        assert len(days) == 34
        assert ("2027-02-20", True) in days
        assert ("2027-10-07", False) in days
        page = office.get(answer["Location"]).content.decode()
        assert "正在测算" in page
        assert "2月5日" in page.replace("2027年", "")
        proposals.withdraw(proposal=made, actor=bureau.actor("dispatcher"), now=clock.now())
    assert not CoveredYear.objects.filter(year=2027).exists()


def test_a_bad_file_is_refused_with_where_and_why(office: Desk) -> None:
    for raw, words in (
        (b"{", "不是有效的 JSON"),
        (b'{"document": "x", "year": 2027, "holidays": [{"name_zh": "a", "from": "2027-01-01"}]}', "是法定假日"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "请用 --year 和 --document"),
    ):
        answer = office.client.post(
            "/rules/calendar/propose/notice/", {"notice": SimpleUploadedFile("x.json", raw), "reason": "样例"}
        )
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "样例" in answer.content.decode(), "what was typed stays"
    assert not Proposal.objects.exists()


def test_approved_by_a_leader_seen_on_the_ticket_and_taken_back(bureau: Bureau, office: Desk, leader: Desk) -> None:
    ticket = dispatched(bureau)
    due = {row.pk: row.due_at for row in Timer.objects.all()}
    made = order(office)
    page = leader.get(f"/rules/proposals/{made.pk}/").content.decode()
    assert ticket.number in page
    assert "同意并执行" in page
    answer = leader.client.post(
        f"/rules/proposals/{made.pk}/decide/", {"do": "approve", "reach": "all", "note": "同意"}
    )
    assert answer.status_code == 303
    assert "正在执行变更" in leader.get(f"/rules/proposals/{made.pk}/").content.decode()
    proposals.advance(now=clock.now())
    assert {row.pk: row.due_at for row in Timer.objects.all()} != due
    handler = Desk(bureau.people["handler"])
    told = handler.get(f"/tickets/{ticket.number}/").content.decode()
    assert "时限随规定调整" in told
    assert "样例停工日" in told, "the explanation names the day"
    assert leader.client.post(f"/rules/proposals/{made.pk}/decide/", {"do": "take_back"}).status_code == 409
    leader.client.post(f"/rules/proposals/{made.pk}/decide/", {"do": "take_back", "note": "文件作废"})
    proposals.advance(now=clock.now())
    assert {row.pk: row.due_at for row in Timer.objects.all()} == due
    actions = list(Event.objects.filter(chain="policy").order_by("seq").values_list("action", flat=True))
    assert actions == [
        "proposal_made", "proposal_measured", "proposal_approved", "calendar_published", "proposal_applied", "proposal_taken_back",
        "calendar_restored", "proposal_undone",
    ]  # fmt: skip


def test_a_limit_is_proposed_on_its_page(bureau: Bureau, office: Desk) -> None:
    dispatched(bureau)
    policy = Policy.objects.get(name="各渠道：答复（无其他规定时）")
    address = f"/rules/policies/{policy.pk}/propose/"
    shown = office.get(address).content.decode()
    assert 'value="10"' in shown
    typed = {
        "limit": "7", "counted_in": "working_days", "ends_at": "midnight", "warn_hours": "7", "most_extension": "10",
        "citation": policy.citation, "effective_from": (to_local(clock.now()).date() + timedelta(days=1)).isoformat(), "reason": "压缩时限",
    }  # fmt: skip
    assert office.client.post(address, {**typed, "limit": "7.5"}).status_code == 409
    assert office.client.post(address, {**typed, "limit": "10"}).status_code == 409
    assert office.client.post(address, {**typed, "warn_percent": "100"}).status_code == 422
    assert office.client.post(address, {**typed, "warn_percent": "80"}).status_code == 303
    made = Proposal.objects.get()
    assert made.what["values"] == {"amount": "7", "warn_share": "0.8"}
    proposals.advance(now=clock.now())
    assert "80%" in office.get(f"/rules/proposals/{made.pk}/").content.decode()
    policy.refresh_from_db()
    assert policy.effective_to is None


def test_chosen_by_ticking_and_by_the_whole_list(bureau: Bureau, office: Desk, leader: Desk) -> None:
    tickets = [dispatched(bureau) for _ in range(3)]
    made = order(office)
    address = f"/rules/proposals/{made.pk}/choose/"
    shown = [str(ticket.pk) for ticket in tickets]
    office.client.post(address, {"shown": shown, "ticket": shown[:1], "do": "page"})
    assert set(made.moves.filter(is_chosen=True).values_list("ticket_id", flat=True)) == {tickets[0].pk}
    office.client.post(f"{address}?effect=later", {"do": "all"})
    assert not made.moves.filter(is_chosen=False).exists()
    office.client.post(address, {"do": "none"})
    assert not made.moves.filter(is_chosen=True).exists()
    answer = leader.client.post(
        f"/rules/proposals/{made.pk}/decide/", {"do": "approve", "reach": "chosen", "note": "看法"}
    )
    assert answer.status_code == 409
    assert "看法" in answer.content.decode(), "what was typed stays"


def test_the_whole_list_is_chosen_where_it_lies_however_long_it_is(bureau: Bureau, office: Desk) -> None:
    for _ in range(3):
        dispatched(bureau)
    made = order(office)
    for do in ("all", "none"):
        with CaptureQueriesContext(connection) as seen:
            office.client.post(f"/rules/proposals/{made.pk}/choose/?effect=later", {"do": do})
        (written,) = [each["sql"] for each in seen if each["sql"].startswith('UPDATE "tickets_proposedmove"')]
        assert "IN (SELECT" in written
        assert made.moves.filter(is_chosen=do == "all").count() == made.moves.count()


def test_a_confidential_matter_is_named_by_its_number_only_to_who_looks_on(bureau: Bureau, office: Desk) -> None:
    dispatched(bureau, title="样例机密事项", is_confidential=True)
    made = order(office)
    assert "样例机密事项" in office.get(f"/rules/proposals/{made.pk}/").content.decode()
    seen = Desk(bureau.people["auditor"]).get(f"/rules/proposals/{made.pk}/").content.decode()
    assert "样例机密事项" not in seen
    assert "保密件" in seen


def test_the_page_costs_no_more_for_thirty_than_for_three(bureau: Bureau, office: Desk) -> None:
    def cost(pk: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(f"/rules/proposals/{pk}/").status_code == 200
        with CaptureQueriesContext(connection) as listed:
            office.get("/rules/proposals/")
        return len(seen) + len(listed)

    for _ in range(3):
        dispatched(bureau)
    made = order(office)
    cost(made.pk)
    before = cost(made.pk)
    proposals.withdraw(proposal=made, actor=bureau.actor("dispatcher"), now=clock.now())
    for _ in range(27):
        dispatched(bureau)
    made = order(office)
    assert ProposedMove.objects.filter(proposal=made).count() >= 30
    assert cost(made.pk) == before - 1  # a full page asks for no line without a due moment
    assert SpecialDay.objects.filter(issuer="local").count() == 0


def test_the_simulation_is_for_the_office_leaders_and_auditors_and_writes_nothing(bureau: Bureau, leader: Desk) -> None:
    dispatched(bureau)
    policy = Policy.objects.get(name="宿事速办：其他各类")
    today = to_local(clock.now()).date().isoformat()
    asked = {"first": today, "last": today, "side": "outer"}
    for name, user in bureau.people.items():
        status = Desk(user).get("/rules/simulation/", **asked).status_code
        assert status == (200 if name in ("dispatcher", "leader", "auditor") else 403), name
    assert "未作任何假设" in leader.get("/rules/simulation/", **asked).content.decode()
    supposed = leader.get("/rules/simulation/", **asked, policy=str(policy.pk), amount="3").content.decode()
    assert "本期答复时限" in supposed
    assert "未作任何假设" not in supposed
    for wrong, words in (
        ({"amount": "3"}, "请选择数额对应的时限"),
        ({"hands": "150"}, "请选择人手变化的科室"),
        ({"policy": str(policy.pk), "amount": "2.5"}, "须为整数"),
        ({"last": "2020-01-01"}, "结束日期早于开始日期"),
        ({"first": "soon"}, "请填写日期"),
    ):
        answer = leader.get("/rules/simulation/", **{**asked, **wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Proposal.objects.exists()
