"""What a search tells: covered numbers are not found in texts, and whoever looks for a person may, and is recorded."""

from __future__ import annotations

import pytest

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, log_matter
from tickets import clock
from tickets.actions import figures
from tickets.models import Event, Section

PHONE, IDENTITY = "13912345678", "341302198805054321"
TEXT = f"请回电{PHONE}，证件{IDENTITY}，样例路围挡破损。"


def numbers(desk: Desk, address: str, asked: str) -> list[str]:
    answer = desk.get(address, q=asked)
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["rows"]]


LISTING = [("/api/tickets", who) for who in ("helper", "handler", "leader", "secrecy", "auditor", "dispatcher")]


@pytest.mark.parametrize(("address", "who"), [*LISTING, ("/api/search", "helper"), ("/api/search", "dispatcher")])
def test_no_covered_number_is_found_digit_by_digit(bureau: Bureau, address: str, who: str) -> None:
    ticket = dispatched(bureau, Section.objects.get(code="xieban"), content=TEXT)
    desk = Desk(bureau.people[who])
    for piece in ("1391", "3912", "139 12", "139-1", "电话1391", "回电1391", "１３９１", IDENTITY[:8], IDENTITY):
        assert numbers(desk, address, piece) == [], piece
    assert numbers(desk, address, "围挡") == [ticket.number]
    assert numbers(desk, address, ticket.number) == [ticket.number]
    assert numbers(desk, address, ticket.number[-7:]) == [ticket.number]


@pytest.mark.parametrize("who", ["handler", "helper", "leader", "secrecy", "auditor"])
def test_the_list_looks_for_persons_as_the_search_does(bureau: Bureau, who: str) -> None:
    dispatched(bureau, Section.objects.get(code="xieban"), content=TEXT)
    refused = Desk(bureau.people[who]).get("/api/tickets", q=PHONE)
    assert (refused.status_code, refused.json()["code"]) == (403, "person_search")
    assert not Event.objects.filter(chain="search").exists()


def test_a_person_looked_for_in_the_list_is_recorded(bureau: Bureau) -> None:
    ticket = log_matter()
    assert numbers(Desk(bureau.people["dispatcher"]), "/api/tickets", "199 0000 1234") == [ticket.number]
    assert Event.objects.filter(chain="search", action="search_person").count() == 1


@pytest.mark.parametrize("who", ["auditor", "leader", "chief"])
def test_the_board_is_no_search_for_any_word(bureau: Bureau, who: str) -> None:
    dispatched(bureau, content=TEXT)
    figures.fold(now=clock.now())
    for word in (PHONE, "1391", "围挡"):
        assert Desk(bureau.people[who]).get("/board/tickets/", topic=f"word:{word}").status_code == 404


def alike(desk: Desk, **form: str) -> list[tuple[str, list[str]]]:
    answer = desk.post("/api/duplicates", form)
    assert answer.status_code == 200, answer.content
    return [(row["number"], row["reasons"]) for row in answer.json()["rows"]]


def test_likeness_by_telephone_is_a_search_for_a_person(bureau: Bureau) -> None:
    secret = log_matter(is_confidential=True)
    plain = log_matter(place="另一处")
    by_intake = alike(Desk(bureau.people["intake"]), phone=PARTY.phone)
    assert by_intake == [(plain.number, ["phone"])]
    event = Event.objects.get(chain="search", action="search_person")
    assert PARTY.phone not in event.payload
    assert (secret.number, ["place"]) in alike(Desk(bureau.people["intake"]), phone=PARTY.phone, place="样例路东段")
    assert secret.number in [number for number, _ in alike(Desk(bureau.people["dispatcher"]), phone=PARTY.phone)]
    assert Event.objects.filter(chain="search", action="search_person").count() == 3
    alike(Desk(bureau.people["intake"]), place="样例路东段")
    assert Event.objects.filter(chain="search", action="search_person").count() == 3


def test_the_pages_link_a_petitioner_to_other_matters_for_the_dispatcher_alone(bureau: Bureau) -> None:
    secret = log_matter(title="反映一件事", content="甲", place="此处", is_confidential=True)
    other = log_matter(title="另有所求", content="乙", place="彼处")
    again = log_matter(title="再说一件", content="丙", place="别处", is_confidential=True)
    pages = (
        "/office/duplicates/",
        f"/office/duplicates/{secret.number}/",
        f"/office/duplicates/{other.number}/",
        f"/office/compare/{secret.number}/{other.number}/",
        f"/office/compare/{secret.number}/{again.number}/",
    )
    for page in pages:
        assert "同一号码" in Desk(bureau.people["dispatcher"]).get(page).content.decode(), page
        assert "同一号码" not in Desk(bureau.people["intake"]).get(page).content.decode(), page
