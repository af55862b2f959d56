"""The callers' page: a code and four digits show where a matter stands; guessing is locked out; an answer can be rated."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hotline.models import SignInFailure
from tickets import clock
from tickets.actions import handling, replies
from tickets.domain.messages import Party
from tickets.models import Event, Notice, Rating, Ticket

from .bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter

pytestmark = pytest.mark.django_db
ANSWER = "您好：样例路东段围挡已于今日修复完毕，现场已清理。感谢您对重点工程建设的关心和监督。"


def answered(bureau: Bureau, **facts: Any) -> Ticket:
    """A matter from dispatch to a sent answer, act by act."""
    ticket = dispatched(bureau, **facts)
    handler, chief, office = (bureau.actor(name) for name in ("handler", "chief", "dispatcher"))
    now = clock.now()
    handling.sign(ticket=ticket, actor=handler, now=now)
    speaker = office if ticket.is_confidential else handler
    handling.contact(ticket=ticket, actor=speaker, now=now, reached=True, note="已电话联系，说明修复安排。")
    written = {"outcome": "solved", "public_text": ANSWER, "handling": "已派员修复。"}
    replies.draft(ticket=ticket, actor=handler, now=now, **written)
    replies.submit(ticket=ticket, actor=handler, now=now)
    replies.review(ticket=ticket, actor=chief, now=now, passed=True)
    approver = bureau.actor("leader")
    replies.approve(ticket=ticket, actor=approver, now=now)
    replies.send(ticket=ticket, actor=office, now=now)
    ticket.refresh_from_db()
    return ticket


def ask(client: Client, code: str, digits: str = "1234", address: str = "203.0.113.7") -> Any:
    """The form, filled in."""
    return client.post("/progress/", {"code": code, "digits": digits}, REMOTE_ADDR=address)


def seen(client: Client, ticket: Ticket, digits: str = "1234") -> str:
    """The page of a matter after the look-up."""
    response = ask(client, inquiry_of(ticket).lookup_code, digits)
    assert response.status_code == 303, response.content.decode()
    return client.get(response["Location"]).content.decode()


def test_a_caller_sees_where_it_stands_until_when_and_why(bureau: Bureau) -> None:
    party = {"name": PARTY.name, "phone": PARTY.phone}
    call = {
        "channel": "direct",
        "title": "样例路围挡破损",
        "content": "样例路东段围挡破损。",
        "type": "complaint",
        "party": party,
    }
    logged = Desk(bureau.people["intake"]).post("/api/tickets", call).json()
    ticket = Ticket.objects.get(number=logged["number"])
    page = seen(Client(), ticket)
    assert re.search(r'aria-current="step"><span[^>]*>1</span>已登记', page)
    assert "答复时限" in page
    assert "这个日期怎么算的" in page
    assert "10 个工作日" in page
    assert not [each for each in (PARTY.name, PARTY.phone) if each in page], "the page shows no card"
    assert bureau.lead.name not in page
    event = Event.objects.filter(ticket=ticket).latest("seq")
    assert (event.action, event.actor) == ("looked_up", "caller")


def test_typed_as_people_type_and_by_either_number(bureau: Bureau) -> None:
    ticket = log_matter()
    code = inquiry_of(ticket).lookup_code
    spaced = " ".join(re.findall(".{1,4}", code.lower()))
    assert ask(Client(), spaced, "１２３４").status_code == 303
    assert ask(Client(), code, "5678").status_code == 303, "the number he called from"


def test_who_left_no_number_needs_the_code_alone(bureau: Bureau) -> None:
    code = inquiry_of(log_matter(party=Party(name="测试乙"))).lookup_code
    assert ask(Client(), code, "").status_code == 303
    assert ask(Client(), code, "1234").status_code == 400


def test_digits_left_out_open_nothing_where_a_number_is_known(bureau: Bureau) -> None:
    assert ask(Client(), inquiry_of(log_matter()).lookup_code, "").status_code == 400


def test_wrong_code_and_wrong_digits_are_told_alike(bureau: Bureau) -> None:
    code = inquiry_of(log_matter()).lookup_code
    other = ask(Client(), code[::-1], "1234", "203.0.113.8").content.decode()
    digits = ask(Client(), code, "9999", "203.0.113.9").content.decode()
    say = [re.search(r'role="alert">([^<]+)<', page).group(1) for page in (other, digits)]  # type: ignore[union-attr]
    assert say[0] == say[1]
    assert "不正确" in say[0]


def test_guessing_digits_of_a_code_is_locked_from_everywhere(bureau: Bureau) -> None:
    code = inquiry_of(log_matter()).lookup_code
    for number in range(5):
        last = ask(Client(), code, f"900{number}", f"198.51.100.{number}")
    assert last.status_code == 429
    assert ask(Client(), code, "1234", "203.0.113.99").status_code == 429, "also with the right ones"
    SignInFailure.objects.update(locked_until=clock.now() - timedelta(seconds=1))
    assert ask(Client(), code, "1234", "203.0.113.99").status_code == 303


def test_guessing_codes_is_locked_by_address_and_journalled(bureau: Bureau) -> None:
    code = inquiry_of(log_matter()).lookup_code
    answers = [
        ask(Client(), f"{number:017d}".replace("0", "2").replace("1", "3"), "1111").status_code for number in range(11)
    ]
    assert answers == [400] * 9 + [429] * 2
    assert ask(Client(), code).status_code == 429
    assert ask(Client(), code, address="203.0.113.200").status_code == 303, "others are not locked out"
    assert Event.objects.filter(chain="look-up", action="locked_out").count() == 1


def test_the_page_is_open_for_the_one_who_looked_it_up_and_not_for_long(bureau: Bureau) -> None:
    client = Client()
    seen(client, dispatched(bureau))
    assert Client().get("/progress/matter/").status_code == 303
    session = client.session
    session["looked_up"][1] -= 16 * 60
    session.save()
    assert client.get("/progress/matter/").status_code == 303
    assert client.post("/progress/matter/", {"solved": "true", "satisfaction": "1"}).status_code == 303
    assert not Rating.objects.exists()


def test_an_answer_is_read_and_rated_and_a_bad_rating_reaches_the_office(bureau: Bureau) -> None:
    ticket, client = answered(bureau), Client()
    page = seen(client, ticket)
    assert ANSWER in page
    assert "已派员修复" not in page, "the internal account stays inside"
    rated = client.post("/progress/matter/", {"solved": "false", "satisfaction": "4", "comment": "又坏了"})
    assert rated.status_code == 303
    page = Desk(bureau.people["handler"]).client.get(f"/tickets/{ticket.number}/").content.decode()
    assert all(words in page for words in ("自主评价", "未解决", "不满意", "又坏了")), "the section reads it"
    assert "更改评价" in client.get(rated["Location"]).content.decode()
    rating = Rating.objects.get()
    assert (rating.is_solved, rating.satisfaction, rating.comment, rating.reply_no) == (False, 4, "又坏了", 1)
    assert Notice.objects.get(kind="rated_badly").ticket == ticket
    client.post("/progress/matter/", {"solved": "true", "satisfaction": "2", "comment": ""})
    assert Rating.objects.get().is_solved
    assert Rating.history.count() == 2
    story = Desk(bureau.people["dispatcher"]).client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "群众自主评价" in story
    assert "群众查询进度" in story


@pytest.mark.parametrize(
    "wrong",
    [{}, {"solved": "true"}, {"solved": "true", "satisfaction": "9"}, {"solved": "maybe", "satisfaction": "1"}],
)
def test_a_rating_half_made_is_asked_again_and_keeps_the_words(bureau: Bureau, wrong: dict[str, str]) -> None:
    client = Client()
    seen(client, answered(bureau))
    response = client.post("/progress/matter/", {**wrong, "comment": "写好的话"})
    assert response.status_code == 400
    assert "写好的话" in response.content.decode()
    assert not Rating.objects.exists()


def test_nothing_is_rated_before_it_is_answered(bureau: Bureau) -> None:
    client = Client()
    assert "请您评价" not in seen(client, dispatched(bureau))
    assert client.post("/progress/matter/", {"solved": "true", "satisfaction": "1"}).status_code == 400


def test_of_a_confidential_matter_the_page_tells_the_way_and_no_words(bureau: Bureau) -> None:
    ticket = answered(bureau, is_confidential=True)
    page = seen(Client(), ticket)
    assert "您的保密件" in page
    assert ANSWER not in page
    assert ticket.title not in page
    assert "由办公室当面或电话告知" in page


def test_a_merged_matter_tells_of_the_work_that_goes_on(bureau: Bureau) -> None:
    keeps, goes = dispatched(bureau), log_matter(title="样例路围挡又破了")
    handling.merge(ticket=goes, into=keeps, actor=bureau.actor("dispatcher"), now=clock.now(), reason="同一事项")
    page = seen(Client(), goes)
    assert goes.number in page
    assert keeps.number not in page
    assert re.search(r'aria-current="step"><span[^>]*>2</span>', page)


def test_the_caller_of_a_merged_matter_reads_that_it_is_answered_with_another(bureau: Bureau) -> None:
    first, second = dispatched(bureau), log_matter()
    handling.merge(ticket=second, into=first, actor=bureau.actor("dispatcher"), now=clock.now(), reason="同一事项")
    page = seen(Client(), second)
    assert "同一事项正在办理，随主件一并答复。" in page
    assert second.number in page
    assert first.number not in page
    assert "同一事项正在办理" not in seen(Client(), first)


def test_a_promised_day_stands_without_stray_spaces(bureau: Bureau) -> None:
    ticket = answered(bureau)
    ticket.replies.update(promised_on="2026-12-03")
    assert re.search(r"预计(2026年)?12月3日前解决", seen(Client(), ticket))
