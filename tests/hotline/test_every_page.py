"""Every page × every role, as the table says: it opens or it refuses in the reader's words; no page costs more for many tickets than
for a few; every act can be reached on a page by somebody who may do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext

from hotline.acting.acts import ACTS
from hotline.models import User
from hotline.permissions import PAGES
from hotline.permissions.table import ANYONE, PEOPLE
from tests.hotline.addresses import Place, names, places
from tests.hotline.bodies import REASON
from tests.hotline.bureau import Bureau, Desk, dispatched, log_matter, make_section
from tests.hotline.lived import answered, approved, returned, reviewed, signed, standing, undone
from tickets import clock
from tickets.actions import handling
from tickets.domain.states import BY_ACTION, Action, State
from tickets.domain.words import Channel
from tickets.models import Ticket
from tickets.queries.worklists import Worklist

pytestmark = pytest.mark.slow
#: One account of each role; the others of the bureau repeat them.
ROLES = (
    "intake", "dispatcher", "leader", "secrecy", "auditor", "sysadmin", "security", "adapter", "handler", "chief",
)  # fmt: skip
WORDS = {"zh-hans": "您的岗位没有这项权限，如工作需要请联系安全管理员。", "en": "Your roles do not allow this."}
#: Only forms lead there; who types the address finds nothing.
BY_FORM = frozenset({
    "appearance", "intake_draft", "radio_draft", "end_sessions", "token", "act_for", "bulk", "undo", "save_view", "queue_export",
})  # fmt: skip
#: Pages of something that must first be there: a second factor, a figure of the board.
OF_SOMETHING = frozenset({
    "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "board_tickets",
})  # fmt: skip
OPENS, NOT_THERE, REFUSED = (200, 204, 302, 303), 404, 403


@pytest.fixture
def people(bureau: Bureau) -> dict[str, tuple[User, Desk, Desk]]:
    """Who asks, in Chinese and in English."""
    return {
        name: (bureau.people[name], Desk(bureau.people[name]), Desk(bureau.people[name], language="en"))
        for name in ROLES
    }


def parts_of(bureau: Bureau) -> dict[str, Any]:
    """Something for every changing part of an address."""
    ticket, other = signed(bureau), dispatched(bureau)
    return {
        "number": ticket.number, "first": ticket.number, "second": other.number, "action": "contact", "kind": "phrases",
        "pk": bureau.people["handler"].pk, "call": 1, "source": "hotline",
    }  # fmt: skip


def is_open_to(place: Place, user: User) -> bool:
    """What the table says."""
    return PAGES[place.endpoint] == ANYONE or bool(user.actor().roles & PAGES[place.endpoint])


def test_every_name_of_the_table_has_an_address_and_every_address_its_name() -> None:
    assert {each.endpoint for each in places()} == names()


def test_every_page_opens_or_refuses_as_the_table_says(bureau: Bureau, people: Mapping[str, Any]) -> None:
    parts = parts_of(bureau)
    wrong = []
    for place in places():
        for name, (user, chinese, english) in people.items():
            for language, desk in (("zh-hans", chinese), ("en", english)):
                with undone():
                    answer = desk.get(place.address(parts))
                wrong += [f"{name} {language}: {each}" for each in _wrong(place, user, answer, language)]
    assert not wrong, "\n".join(wrong)


def _wrong(place: Place, user: User, answer: Any, language: str) -> Iterator[str]:
    """What is not as the table says."""
    status, told = answer.status_code, f"{place.name} ({place.endpoint})"
    if not is_open_to(place, user):
        if status != REFUSED:
            yield f"{told} should refuse, gives {status}"
        elif WORDS[language] not in answer.content.decode():
            yield f"{told} refuses without words"
    elif not (status in OPENS or (status == REFUSED and place.name == "act") or _may_miss(place, status)):
        yield f"{told} should open, gives {status}"


def _may_miss(place: Place, status: int) -> bool:
    """Whether nothing need be there."""
    return status == NOT_THERE and bool(place.params or place.name in BY_FORM | OF_SOMETHING)


def test_an_empty_form_sent_to_any_page_is_answered_and_breaks_nothing(
    bureau: Bureau, people: Mapping[str, Any]
) -> None:
    parts = parts_of(bureau)
    wrong = []
    for place in places():
        for name, (user, chinese, _english) in people.items():
            with undone():
                status = chinese.client.post(place.address(parts), {}).status_code
            allowed = is_open_to(place, user)
            if status >= 500 or ((status == REFUSED) is allowed and place.name != "act"):
                wrong.append(f"{name}: {place.name} ({place.endpoint}) gives {status}, allowed: {allowed}")
    assert not wrong, "\n".join(wrong)


def test_who_has_not_signed_in_is_led_to_the_door(bureau: Bureau) -> None:
    parts, nobody = parts_of(bureau), Desk()
    for place in places():
        answer = nobody.get(place.address(parts))
        if PAGES[place.endpoint] == ANYONE:
            assert answer.status_code in OPENS, place
        else:
            assert answer.headers.get("Location", "").startswith("/login/"), (place, answer.status_code)


# --- what pages cost -----------------------------------------------------------------------------------------------------


def one_of_each(bureau: Bureau) -> None:
    """Ten tickets at ten stages, so that every list has something of every kind."""
    handler, now = bureau.actor("handler"), clock.now
    log_matter()
    log_matter(channel=Channel.PETITION, is_confidential=True)
    dispatched(bureau, make_section("xieban"))
    signed(bureau, make_section("xieban"), channel=Channel.HOTLINE)
    asking = signed(bureau)
    handling.ask_extension(ticket=asking, actor=handler, now=now(), amount=1, reason=REASON)
    returned(bureau)
    reviewed(bureau)
    approved(bureau)
    answered(bureau)
    chased = signed(bureau, is_confidential=True)
    handling.chase(ticket=chased, actor=bureau.actor("dispatcher"), now=now(), content=REASON)


def addresses() -> list[str]:
    """Every page without changing parts, and every list by its name."""
    plain = [each.address({}) for each in places() if not each.params and each.name not in BY_FORM]
    lists = [f"{desk}?list={each.value}" for desk in ("/desk/", "/office/") for each in Worklist]
    more = [
        "/search/?q=样例路",
        "/search/?q=19900001234",
        "/board/approve/?list=replies",
        "/board/approve/?list=requests",
    ]
    return [*plain, *lists, *more]


def test_no_page_needs_more_statements_for_many_tickets_than_for_a_few(
    bureau: Bureau, people: Mapping[str, Any], settings: Any
) -> None:
    # A session is noted as in use now and then, whatever page is opened: not within this test, however slow the machine.
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 6_000, 6_000

    def costs() -> dict[tuple[str, str], int]:
        found = {}
        for name, (_user, desk, _english) in people.items():
            for address in addresses():
                reset_queries()  # the log holds 9,000
                with undone(), CaptureQueriesContext(connection) as seen:
                    status = desk.get(address).status_code
                if status == 200:
                    found[name, address] = len(seen)
        return found

    one_of_each(bureau)
    costs()  # what is read once and held is held
    few = costs()
    for _round in range(19):
        one_of_each(bureau)
    assert Ticket.objects.count() == 200
    many = costs()
    more = {key: (count, many.get(key, 0)) for key, count in few.items() if many.get(key, 0) > count}
    assert not more, more
    assert len(few) > 100, few


# --- every act has its place ---------------------------------------------------------------------------------------------

#: Acts that no person does: who does them.
OF_MACHINES = {
    Action.AGREE_OUTWARD_RETURN: "the platform agrees to take it back",
    Action.REFUSE_OUTWARD_RETURN: "the platform does not",
    Action.SETTLE_EXTENSION: "the platform rules on its own limit",
    Action.SOURCE_ACCEPT: "the platform has looked at the reply",
    Action.BOUNCE: "the platform sends the reply back",
    Action.HAND_OVER: "work goes with a section that is renamed or joined: asked at the set-up desk, done by the service",
}
#: A call, and an application, whose law knows acts of its own.
DOORS = (Channel.DIRECT, Channel.DISCLOSURE)
#: Acts that are done by the button of another form than their own.
AT_THE_REPLY_DESK = {Action.DRAFT: "save", Action.SUBMIT: "submit"}


def test_every_act_can_be_reached_on_a_page_by_somebody_who_may(bureau: Bureau) -> None:
    assert set(Action) - set(ACTS) == set(OF_MACHINES)
    assert not any(BY_ACTION[action].roles & PEOPLE for action in OF_MACHINES)
    desks = {name: Desk(bureau.people[name]) for name in (*ROLES, "helper")}
    lost = [action.value for action in ACTS if not _is_reached(bureau, desks, action)]
    assert not lost, f"no button of anybody leads to {lost}"


def _is_reached(bureau: Bureau, desks: Mapping[str, Desk], action: Action) -> bool:
    """Whether a ticket's page leads somebody who may to a form of the act that opens, or does it by its button."""
    for channel, state in product(DOORS, sorted(BY_ACTION[action].sources)):
        ticket = standing(bureau, State(state), channel=channel)
        for name, desk in desks.items():
            may = bureau.people[name].actor().roles & BY_ACTION[action].roles
            if may and _leads(desk, ticket, action):
                return True
    return False


def _leads(desk: Desk, ticket: Ticket, action: Action) -> bool:
    page = desk.get(f"/tickets/{ticket.number}/")
    if page.status_code != 200:
        return False
    body = page.content.decode()
    if action in AT_THE_REPLY_DESK:
        desk_of_reply = body.partition('id="reply"')[2]
        return (
            f'action="/tickets/{ticket.number}/reply/"' in desk_of_reply
            and f'value="{AT_THE_REPLY_DESK[action]}"' in body
        )
    address = f"/tickets/{ticket.number}/{action.value}/"
    if f'action="{address}"' in body:
        return True
    return f'href="{address}"' in body and f'action="{address}"' in desk.get(address).content.decode()
