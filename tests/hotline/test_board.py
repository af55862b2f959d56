"""The board: bases shown, numbers that lead to their tickets, what each role sees, the screen without names, its cost, its ETag."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter
from tests.hotline.lived import reviewed, signed
from tests.tickets.making import make_section, moment
from tickets import clock
from tickets.actions import figures, handling, routing, seals, timers
from tickets.domain.moments import to_local
from tickets.domain.words import Channel
from tickets.models import Figure, Fold, Ticket

SEEN_BY = {"leader", "dispatcher", "chief", "strange_chief", "auditor"}


def fold() -> None:
    timers.sweep(clock.now())
    seals.seal(now=clock.now())
    figures.fold(now=clock.now())


@pytest.fixture(autouse=True)
def monday(settings: Any) -> None:
    """It is the first Monday of March."""
    at_the(settings, "2026-03-02 09:00")


def at_the(settings: Any, text: str) -> None:
    """The house lives at that moment."""
    settings.CLOCK_OFFSET = moment(text) - datetime.now(UTC)


def much_later(settings: Any) -> None:
    """All that was begun on Monday is due by now."""
    at_the(settings, "2026-03-30 09:00")
    fold()


def page(bureau: Bureau, who: str, address: str = "/board/", **query: Any) -> str:
    answer = Desk(bureau.people[who]).client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def tile(body: str, key: str) -> str:
    """The text of a tile."""
    part = re.split(r'data-tile="', body)
    found = next(each for each in part if each.startswith(f'{key}"'))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found.split("</div>\n    </div>")[0].partition(">")[2]))


def numbers(body: str) -> list[tuple[str, int]]:
    """(address, number) of everything that can be clicked."""
    found = re.findall(r'<a href="(/board/tickets/[^"]+)">(\d+)</a>', body)
    return [(address, int(number)) for address, number in found]


@pytest.fixture
def worked(monday: None, bureau: Bureau, settings: Any) -> Bureau:
    """Two signed in time, one late, one that nobody has yet; all of them due."""
    tickets = [dispatched(bureau, channel=Channel.HOTLINE) for _ in range(3)]
    for ticket in tickets[:2]:
        handling.sign(ticket=ticket, actor=bureau.actor("handler"), now=clock.now())
    lone = log_matter(place="样例路西段", channel=Channel.HOTLINE)
    for ticket in (*tickets, lone):
        timers.start_outer(inquiry=inquiry_of(ticket), now=clock.now(), ticket=ticket)
    fold()
    much_later(settings)
    return bureau


def test_every_role_and_its_board(bureau: Bureau) -> None:
    for name, user in bureau.people.items():
        desk = Desk(user)
        wanted = 200 if name in SEEN_BY else 403
        for address in ("/board/", "/board/part/", "/board/tickets/?key=replied"):
            assert desk.client.get(address).status_code == wanted, (name, address)
        on_the_wall = 200 if name in ("leader", "dispatcher") else 403
        assert desk.client.get("/board/screen/").status_code == on_the_wall, name
    assert Desk().client.get("/board/").status_code == 302


def test_nothing_due_is_neither_nought_nor_everything(bureau: Bureau) -> None:
    dispatched(bureau)
    fold()
    shown = tile(page(bureau, "leader"), "replied")
    assert "本期无到期件" in shown
    assert "%" not in shown


def test_a_rate_stands_with_its_base(worked: Bureau) -> None:
    shown = tile(page(worked, "chief"), "signed")
    assert "66.7%" in shown
    assert "2 / 3" in shown


def test_each_number_leads_to_as_many_tickets(worked: Bureau) -> None:
    for who in ("leader", "chief"):
        found = numbers(page(worked, who))
        assert len(found) > 6
        for address, number in found:
            body = page(worked, who, address)
            assert f'<span class="count">{number}</span></h1>' in body, (address, number)
            assert "现为" not in body
            assert len(re.findall(r"<tr data-row", body)) == number, address


def test_a_list_that_has_moved_on_says_so(worked: Bureau) -> None:
    address = next(address for address, _ in numbers(page(worked, "leader")) if "key=overdue" in address)
    ticket = Ticket.objects.filter(is_overdue=True).order_by("pk")[0]
    Ticket.objects.filter(pk=ticket.pk).update(is_overdue=False)
    body = page(worked, "leader", address)
    assert re.search(r"看板截至 .* 为 4 件，现为 3 件", body)


def test_a_chief_sees_the_own_section_only(worked: Bureau) -> None:
    other = page(worked, "strange_chief", section=worked.lead.code)
    assert worked.other.name in other
    assert worked.lead.name not in other
    assert not [number for _, number in numbers(other) if number]
    listed = page(worked, "strange_chief", "/board/tickets/", key="overdue", section=worked.lead.code)
    assert "data-row>" not in listed


def test_a_confidential_matter_names_nobody_behind_a_number(bureau: Bureau, settings: Any) -> None:
    secret = log_matter(is_confidential=True, title="样例举报标题", place="样例保密路")
    routing.dispatch(ticket=secret, section=bureau.lead, actor=bureau.actor("dispatcher"), now=clock.now())
    much_later(settings)
    for who in ("chief", "auditor"):
        body = page(bureau, who, "/board/tickets/", key="overdue")
        assert secret.number in body
        assert "样例举报标题" not in body
        assert "样例保密路" not in body
    assert "样例保密路" not in page(bureau, "leader")


def test_the_screen_shows_no_names_and_nothing_to_click(worked: Bureau) -> None:
    body = page(worked, "leader", "/board/screen/")
    board = body[body.index('id="board"') : body.index("</main>")]
    assert 'class="screen"' in body
    assert "<a " not in board
    for name in (PARTY.name, PARTY.phone, "样例路", *(str(user) for user in worked.people.values())):
        assert name not in board, name
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", body)


def test_nothing_is_sent_while_nothing_has_changed(worked: Bureau) -> None:
    desk = Desk(worked.people["leader"])
    first = desk.client.get("/board/part/")
    again = desk.client.get("/board/part/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert desk.client.get("/board/part/?period=year", headers={"If-None-Match": first["ETag"]}).status_code == 200
    dispatched(worked)
    fold()
    assert desk.client.get("/board/part/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_figures_that_stand_still_are_said_to(worked: Bureau) -> None:
    assert "数字停在" not in page(worked, "leader")
    Fold.objects.update(as_of=clock.now() - timedelta(minutes=9))
    assert "数字停在" in page(worked, "leader")


def test_periods_are_compared_with_the_one_before(worked: Bureau) -> None:
    today = to_local(clock.now()).date()
    before = today.replace(day=1) - timedelta(days=1)
    Figure.objects.filter(key="signed", side="outer").delete()
    Figure.objects.create(
        grain="m", date=before.replace(day=1), key="signed", side="outer", numerator=1, denominator=4, section=0
    )
    Figure.objects.create(
        grain="m", date=today.replace(day=1), key="signed", side="outer", numerator=3, denominator=4, section=0
    )
    assert "较上月 +50.0" in tile(page(worked, "leader"), "signed")
    for query in (
        {"period": "quarter"},
        {"period": "year", "at": "2026-01"},
        {"period": "days", "from": "2026-01-05", "to": "2026-02-20"},
    ):
        assert page(worked, "leader", **query)
    for query in (
        {"period": "days", "from": "x", "to": "9"},
        {"period": "month", "at": "0001-01"},
        {"channel": "';--"},
    ):
        assert page(worked, "leader", **query)


def test_topics_count_words_of_the_rules_and_lead_to_their_tickets(worked: Bureau) -> None:
    for _ in range(3):
        log_matter(category="城乡建设_扬尘治理")
    fold()
    body = page(worked, "leader")
    address, count = re.search(r'扬尘治理.*?<a href="([^"]+)">(\d+)</a>', body, re.DOTALL).groups()  # type: ignore[union-attr]
    assert count == "3"
    assert '<span class="count">3</span></h1>' in page(worked, "leader", address)


@pytest.mark.parametrize("address", ["/board/", "/board/part/", "/board/tickets/?key=overdue"])
def test_the_board_costs_the_same_with_many_tickets(worked: Bureau, settings: Any, address: str) -> None:
    def statements() -> int:
        desk = Desk(worked.people["leader"])
        desk.client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert desk.client.get(address).status_code == 200
        return len(seen)

    few = statements()
    for _ in range(30):
        dispatched(worked)
    for number in range(3):
        make_section(f"more{number}")
    at_the(settings, "2026-04-27 09:00")
    fold()
    assert statements() == few <= 10


def test_who_decides_reads_on_top_how_many_wait_for_him(bureau: Bureau) -> None:
    assert "待我审批" not in page(bureau, "leader")
    reviewed(bureau)
    handling.ask_extension(
        ticket=signed(bureau), actor=bureau.actor("handler"), now=clock.now(), amount=Decimal(1), reason="管线未移交，须等待图纸复核。"
    )  # fmt: skip
    body = page(bureau, "leader")
    assert '<a href="/board/approve/">待我审批 2 件</a>' in body
    assert body.index("待我审批") < body.index('id="board"')
    assert "待我审批 2 件" in page(bureau, "dispatcher")
    for who in ("chief", "auditor"):
        assert "待我审批" not in page(bureau, who)
    here = '<a href="/board/" aria-current="page"'
    assert here in body
    assert here in page(bureau, "leader", "/board/approve/")
