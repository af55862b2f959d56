"""A confidential petition: no road leads a section to the petitioner; and by default nobody is shown whole (a real leak was a
forwarded screenshot)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.hotline.bodies import TEXT
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter, make_section, text_of
from tests.hotline.lived import reviewed, signed
from tickets import clock
from tickets.actions import files, handling, ledger, replies
from tickets.domain.actors import SYSTEM
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel
from tickets.models import Event, Notice, Ticket
from tickets.queries.worklists import Worklist

pytestmark = pytest.mark.everywhere

PLACE = "样例路东段三十二号"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
SECRETS = (
    PARTY.name,
    PARTY.phone,
    "199-0000-1234",
    PARTY.incoming_phone,
    PARTY.id_number,
    PARTY.address,
    PLACE,
    "样例路",
)
LISTS = [each.value for each in Worklist]


@pytest.fixture
def petition(bureau: Bureau) -> Ticket:
    """Reported, dispatched, chased, contacted and answered, with the petitioner named wherever a text can name him."""
    ticket = dispatched(
        bureau,
        make_section("xieban"),
        channel=Channel.PETITION,
        is_confidential=True,
        title=f"{PARTY.name}反映{PLACE}工程问题",
        place=PLACE,
        content=f"我是{PARTY.name}，住{PARTY.address}，电话199-0000-1234，身份证{PARTY.id_number}，{PLACE}的工程有问题。",
    )
    named = f"请回复{PARTY.name}（{PARTY.phone}），地点{PLACE}"
    office, lead = Desk(bureau.people["dispatcher"]), Desk(bureau.people["handler"])
    assert lead.act(ticket, "sign").status_code == 200
    assert office.act(ticket, "contact", {"reached": True, "note": named}).status_code == 200
    assert office.act(ticket, "chase", {"content": named}).status_code == 200
    assert Desk(bureau.people["leader"]).act(ticket, "instruct", {"content": named}).status_code == 200
    amended = {"title": f"{PARTY.name}再次反映", "reason": named}
    assert office.act(ticket, "amend", amended).status_code == 200
    draft = {"outcome": "solved", "public_text": TEXT, "handling": "已整改。"}
    assert lead.act(ticket, "draft", draft).status_code == 200
    assert lead.act(ticket, "ask_extension", {"amount": "1", "reason": "需要进一步现场核实情况"}).status_code in (
        200,
        409,
    )
    files.store(
        content=PNG,
        name=f"{PARTY.name}.png",
        ticket=ticket,
        role="matter",
        actor=SYSTEM,
        now=clock.now(),
        inquiry=inquiry_of(ticket),
    )
    return Ticket.objects.get(pk=ticket.pk)


def roads(ticket: Ticket, desk: Desk) -> list[tuple[str, Any]]:
    """Every address from which something of the ticket could come, each searched for by what it must not tell."""
    number = ticket.number
    found = [
        *(f"/api/tickets/{number}{end}" for end in ("", "/timeline", "/history")),
        *(f"/api/attachments/{pk}" for pk in ticket.attachments.values_list("pk", flat=True)),
        *(f"/api/worklists/{name}" for name in LISTS),
        *("/api/tickets", "/api/tickets?order=due", "/api/tickets?confidential=true", "/api/worklists", "/api/notices"),
        *(f"/api/tickets?q={secret}" for secret in SECRETS),
        *(f"/api/search?q={secret}" for secret in (*SECRETS, number, inquiry_of(ticket).number)),
        "/api/response-rates?from=2026-01-01&to=2027-12-31&by=section",
        *(
            f"/api/response-rates/tickets?from=2026-01-01&to=2027-12-31&by=section&key={key}"
            for key in ("signed", "replied", "response", "return_asked")
        ),
        "/",
    ]
    answers = [(address, desk.get(address)) for address in found]
    acts = [
        ("read_person", desk.act(ticket, "read_person", {"reason": "想看看"})),
        ("contact", desk.act(ticket, "contact", {"reached": True})),
        ("sign", desk.act(ticket, "sign")),
        ("stale", desk.act(ticket, "submit", version=1)),
        ("duplicates", desk.post("/api/duplicates", {"phone": PARTY.phone, "place": PLACE})),
        ("ask_information", desk.act(ticket, "ask_information", {"reason": "需要补充材料"})),
    ]
    return answers + acts


def test_a_section_meets_no_petitioner_on_any_road(bureau: Bureau, petition: Ticket) -> None:
    for name in ("handler", "chief", "helper"):
        for address, answer in roads(petition, Desk(bureau.people[name])):
            body = text_of(answer)
            asked = address.rpartition("q=")[2]
            leaked = [secret for secret in SECRETS if secret in body and secret != asked]
            assert not leaked, (name, address, leaked, body)
            assert answer.status_code < 500, (name, address)


def test_a_search_by_its_words_does_not_even_say_that_it_is_there(bureau: Bureau, petition: Ticket) -> None:
    for name in ("handler", "chief", "helper", "auditor"):
        desk = Desk(bureau.people[name])
        for secret in (PARTY.name, PLACE, "工程有问题"):
            assert desk.get("/api/tickets", q=secret).json()["rows"] == []


def test_it_stands_in_the_list_as_confidential_with_no_card_and_no_reveal(bureau: Bureau, petition: Ticket) -> None:
    desk = Desk(bureau.people["handler"])
    row = next(row for row in desk.get("/api/worklists/queue").json()["rows"] if row["number"] == petition.number)
    assert (row["title"], row["place"]) == ("保密件", "")
    told = desk.get(f"/api/tickets/{petition.number}").json()
    assert told["view"] == "covered"
    assert told["caller"] is None
    assert told["title"] == "保密件"
    assert "工程有问题" in told["content"]
    refused = desk.act(petition, "read_person", {"reason": "想看看"})
    assert (refused.status_code, refused.json()["code"]) == (409, "confidential")
    assert not Event.objects.filter(ticket=petition, action="read_person").exists()


def test_who_only_looks_on_is_closed_out_likewise(bureau: Bureau, petition: Ticket) -> None:
    for name, listed in (("auditor", "all"), ("secrecy", "open")):
        desk = Desk(bureau.people[name])
        pages = (f"/desk/?list={listed}", f"/tickets/{petition.number}/", f"/tickets/{petition.number}/changes/")
        for address in (*pages, "/api/tickets", "/api/worklists/open", f"/api/tickets/{petition.number}"):
            body = text_of(desk.get(address))
            assert petition.number in body, (name, address)
            assert not [secret for secret in SECRETS if secret in body], (name, address)


def test_the_office_sees_a_covered_card_and_opens_it_with_a_reason(bureau: Bureau, petition: Ticket) -> None:
    desk = Desk(bureau.people["dispatcher"])
    told = desk.get(f"/api/tickets/{petition.number}").json()
    assert told["caller"]["name"] == "测**"
    assert told["caller"]["phone"] == "199****1234"
    assert PARTY.id_number not in told["content"]
    opened = desk.act(petition, "read_person", {"reason": "回电核实"}).json()
    assert opened["parties"][0]["phone"] == PARTY.phone
    assert PARTY.id_number in opened["matter"]["content"]
    event = Event.objects.get(ticket=petition, action="read_person")
    assert event.user_id == bureau.people["dispatcher"].pk
    assert PARTY.phone not in event.payload


def test_nobody_is_shown_whole_by_default(bureau: Bureau) -> None:
    """The leak of 2019 was a screenshot of a ticket sent on to the man complained of: what is on the screen has no number."""
    ticket = dispatched(bureau, make_section("xieban"))
    for name in ("handler", "chief", "helper", "dispatcher", "intake", "leader", "auditor", "secrecy"):
        desk = Desk(bureau.people[name])
        for address in (f"/api/tickets/{ticket.number}", f"/api/tickets/{ticket.number}/timeline", "/api/tickets"):
            body = text_of(desk.get(address))
            assert PARTY.phone not in body, (name, address)
            assert PARTY.id_number not in body
    assert Desk(bureau.people["helper"]).get(f"/api/tickets/{ticket.number}").json()["caller"] is None
    assert Desk(bureau.people["handler"]).get(f"/api/tickets/{ticket.number}").json()["caller"]["name"] == "测**"


def test_a_blank_reason_opens_nothing(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    answer = Desk(bureau.people["handler"]).act(ticket, "read_person", {"reason": " "})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "reason"
    assert not Event.objects.filter(ticket=ticket, action="read_person").exists()


def test_an_answer_with_personal_data_is_not_kept_for_repeating(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    for _ in range(2):
        answer = desk.act(ticket, "read_person", {"reason": "回电"}, Idempotency_Key="k1")
        assert "Idempotent-Replay" not in answer.headers
    assert Event.objects.filter(ticket=ticket, action="read_person").count() == 2


def test_after_rerouting_the_old_section_finds_nothing(bureau: Bureau) -> None:
    """A peer left the ticket open to whoever had it once."""
    ticket = dispatched(bureau)
    old = Desk(bureau.people["handler"])
    assert old.get(f"/api/tickets/{ticket.number}").status_code == 200
    assert (
        old.act(ticket, "ask_section_return", {"code": "not_duty", "reason": "不属于本科室职责范围"}).status_code == 200
    )
    moved = Desk(bureau.people["dispatcher"]).act(ticket, "dispatch", {"section": "zhian"})
    assert moved.status_code == 200, moved.content
    for end in ("", "/timeline", "/history"):
        assert old.get(f"/api/tickets/{ticket.number}{end}").status_code == 404
    assert old.act(ticket, "contact", {"reached": True}).status_code == 404
    assert old.get("/api/tickets").json()["rows"] == []
    assert Desk(bureau.people["stranger"]).get(f"/api/tickets/{ticket.number}").status_code == 200


def test_a_person_is_looked_for_by_the_office_only_and_the_search_is_recorded(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    found = Desk(bureau.people["intake"]).get("/api/search", q="199 0000 1234").json()
    assert (found["kind"], [row["number"] for row in found["rows"]]) == ("person", [ticket.number])
    event = Event.objects.get(chain="search")
    assert PARTY.phone not in event.payload
    refused = Desk(bureau.people["handler"]).get("/api/search", q=PARTY.phone)
    assert (refused.status_code, refused.json()["code"]) == (403, "person_search")
    assert Event.objects.filter(chain="search").count() == 1


def test_the_story_tells_readings_to_the_office_only(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    handling.read_person(ticket=ticket, actor=bureau.actor("dispatcher"), now=clock.now(), reason="核实")

    def codes(name: str) -> list[str]:
        rows = Desk(bureau.people[name]).get(f"/api/tickets/{ticket.number}/timeline").json()["rows"]
        return [row["code"] for row in rows]

    assert "read_person" in codes("auditor")
    assert "read_person" not in codes("handler")


def test_a_file_is_a_download_in_a_sandbox(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    file = SimpleUploadedFile("现场 照片.png", PNG, content_type="image/png")
    sent = desk.client.post(
        f"/api/tickets/{ticket.number}/attachments", {"file": file, "role": "photo"}, headers={"If-Match": "*"}
    )
    assert sent.status_code == 201, sent.content
    answer = desk.get(f"/api/attachments/{sent.json()['attachment']['id']}")
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Event.objects.filter(ticket=ticket, action="attach").exists()
    wrong = SimpleUploadedFile("现场.png", b"<html>", content_type="image/png")
    refused = desk.client.post(f"/api/tickets/{ticket.number}/attachments", {"file": wrong}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "content")


def test_the_code_is_told_to_clerks_who_hand_it_out_and_to_no_section_ever(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    code = inquiry_of(ticket).lookup_code
    for who in ("dispatcher", "intake", "leader", "secrecy", "auditor", "handler"):
        desk = Desk(bureau.people[who])
        assert code not in text_of(desk.get(f"/api/tickets/{ticket.number}")), who
        assert (code in text_of(desk.get(f"/tickets/{ticket.number}/"))) == (who in ("dispatcher", "intake")), who


def test_the_code_of_a_petition_stands_on_the_receipt_of_who_logged_it_alone(bureau: Bureau) -> None:
    ticket = log_matter(is_confidential=True)
    inquiry = inquiry_of(ticket)
    type(inquiry).objects.filter(pk=inquiry.pk).update(taken_by=bureau.people["intake"])
    receipt = f"/intake/receipt/{ticket.number}/"
    assert inquiry.lookup_code in text_of(Desk(bureau.people["intake"]).get(receipt))
    for who, address in (("dispatcher", receipt), ("dispatcher", ""), ("intake", ""), ("leader", "")):
        answer = Desk(bureau.people[who]).get(address or f"/tickets/{ticket.number}/")
        assert answer.status_code == 200
        assert inquiry.lookup_code not in text_of(answer), (who, address)


def test_every_ticket_has_a_number_of_its_own(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    assert log_matter().number != ticket.number


def test_only_the_dispatcher_makes_it_ordinary_and_others_are_told(bureau: Bureau) -> None:
    ticket = log_matter(is_confidential=True)
    opened = {"is_confidential": False, "reason": "登记有误"}
    clerk = Desk(bureau.people["intake"]).act(ticket, "amend", opened)
    assert (clerk.status_code, "取消保密须由派单员办理。" in clerk.content.decode()) == (400, True)
    assert Desk(bureau.people["dispatcher"]).act(ticket, "amend", opened).status_code == 200
    assert set(Notice.objects.filter(kind="opened_up").values_list("role", flat=True)) == {"leader", "secrecy"}
    assert Desk(bureau.people["intake"]).act(ticket, "amend", opened | {"is_confidential": True}).status_code == 200


def test_no_check_tells_whose_number_it_is(bureau: Bureau) -> None:
    """Not to the section that writes; whoever only reads the ticket has no checks at all; the sign-off looks at it."""
    ticket = signed(bureau, is_confidential=True)
    address = f"/tickets/{ticket.number}/reply/checks/"
    handler = Desk(bureau.people["handler"])
    told = [
        handler.client.post(address, {"public_text": f"已修复，联系电话{number}。"})
        .content.decode()
        .replace(number[:3], "")
        for number in (PARTY.phone, PARTY.phone[:-1] + ("1" if PARTY.phone[-1] != "1" else "2"))
    ]
    assert told[0] == told[1]
    assert Desk(bureau.people["chief"]).client.post(address).status_code == 200
    for name in ("dispatcher", "leader", "auditor", "secrecy"):
        if name in bureau.people:
            assert Desk(bureau.people[name]).client.post(address).status_code in (403, 404), name
    text = f"您好，您反映的问题已核实并处理，联系电话{PARTY.phone}，感谢监督。"
    now = clock.now()
    waiting = reviewed(bureau, channel=Channel.PETITION)
    handling.amend(
        ticket=waiting, actor=bureau.actor("dispatcher"), now=now, facts={"is_confidential": True}, reason="补正"
    )
    reply = waiting.replies.get()
    reply.public_text = text
    ledger.save_with_history(reply, actor=bureau.actor("handler"), now=now, reason="sample")
    with pytest.raises(UnableToMove) as refusal:
        replies.approve(ticket=waiting, actor=bureau.actor("leader"), now=now)
    assert refusal.value.code == "personal_data"
