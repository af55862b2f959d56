"""Every endpoint × role × ownership: one table, one walk over all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern

from hotline.acting.acts import ACTS
from hotline.api.act import ActView
from hotline.api.base import Endpoint
from hotline.api.urls import urlpatterns
from hotline.models import User
from hotline.permissions import ENDPOINTS, actor_of
from hotline.permissions.table import ANYONE, PEOPLE
from tests.hotline.bodies import BODIES
from tests.hotline.bureau import Bureau, Desk, inquiry_of
from tests.hotline.lived import standing as standing_at
from tests.hotline.lived import undone
from tickets import clock
from tickets.actions import files
from tickets.domain.actors import SYSTEM
from tickets.domain.states import BY_ACTION, MINE, TABLE, Action, State
from tickets.domain.words import Role
from tickets.models import Attachment, Notice, Ticket

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
OFFICE = ("intake", "dispatcher", "leader", "secrecy", "auditor")


def views() -> Iterator[tuple[str, type[Any]]]:
    """(address, view class) of every endpoint."""
    for pattern in urlpatterns:
        view = getattr(getattr(pattern, "callback", None), "view_class", None) or getattr(pattern.callback, "cls", None)
        if isinstance(pattern, URLPattern) and view is not None:
            yield str(pattern.pattern), view


def test_every_address_has_a_name_in_the_table_and_every_name_an_address() -> None:
    named = {endpoint for _address, view in views() for endpoint in view.endpoints.values()}
    assert named | {"nowhere"} == set(ENDPOINTS)


def test_a_view_without_a_name_is_refused_to_everybody(bureau: Bureau, rf: Any) -> None:
    class Forgotten(Endpoint):
        def get(self, request: Any) -> Any:
            raise AssertionError("never reached")

    for user in bureau.people.values():
        request = rf.get("/api/forgotten")
        request.user = user
        from rest_framework.test import force_authenticate

        force_authenticate(request, user)
        assert Forgotten.as_view()(request).status_code == 403


def test_every_act_of_a_person_has_its_row() -> None:
    of_people = {edge.action for edge in TABLE if edge.roles & PEOPLE}
    assert set(ACTS) == of_people
    assert {view.action for _address, view in views() if issubclass(view, ActView)} == of_people


@pytest.fixture
def standing(bureau: Bureau) -> Any:
    """Makes a ticket of the lead section in a state, with the third section helping."""

    def make(state: State, **facts: Any) -> Ticket:
        return standing_at(bureau, state, **facts)

    return make


def sees(name: str, ticket: Ticket) -> bool:
    """Who sees a ticket of the lead section, with the third section helping."""
    return name in OFFICE or name == "helper" or (name in ("handler", "chief") and ticket.section_id is not None)


def expected(user: User, name: str, roles: frozenset[Role], ticket: Ticket | None, reach: str = "any") -> int:
    """403 by role, 404 by sight, 403 by section, else 200 for "let in"."""
    actor = actor_of(user)
    if not actor.roles & roles:
        return 403
    if ticket is not None and not sees(name, ticket):
        return 404
    bound = actor.roles & roles <= {Role.HANDLER, Role.CHIEF}
    if reach == MINE and bound and ticket is not None and actor.section_id != ticket.section_id:
        return 403
    return 200


def met(wanted: int, status: int) -> bool:
    """Let in means: whatever the act then says of its own, it is no refusal of the door and no fault."""
    return status == wanted if wanted != 200 else status < 500 and status not in (401, 403, 404, 405)


def test_every_act_by_role_and_ownership(bureau: Bureau, standing: Any) -> None:
    desks = {name: Desk(user) for name, user in bureau.people.items()}
    for action in ACTS:
        edge = BY_ACTION[action]
        ticket = standing(State.IN_PROGRESS if State.IN_PROGRESS in edge.sources else min(edge.sources))
        for name, user in bureau.people.items():
            wanted = expected(user, name, ENDPOINTS[f"ticket.act.{action.value}"], ticket, edge.reach)
            if action is Action.READ_PERSON and name == "intake":
                wanted = 403  # a clerk opens no personal data of a matter that a section has
            with undone():
                answer = _try(desks[name], action, ticket)
            told = (action, name, wanted, answer.status_code, answer.content.decode())
            assert met(wanted, answer.status_code), told
            if action is Action.CONTRIBUTE and wanted == 200:
                assert (name == "helper") == (answer.status_code == 200), told


def _try(desk: Desk, action: Action, ticket: Ticket) -> Any:
    if action is not Action.ATTACH:
        return desk.act(ticket, action.value, BODIES.get(action, {}))
    address, version = f"/api/tickets/{ticket.number}/attach/", f'W/"{ticket.version}"'
    return desk.client.post(address, {"file": _file()}, headers={"If-Match": version})


def _file() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("现场.png", PNG, content_type="image/png")


def test_reading_by_role_and_ownership(bureau: Bureau, standing: Any) -> None:
    ticket = standing(State.IN_PROGRESS)
    for address, endpoint in (("", "ticket.read"), ("/timeline", "ticket.timeline"), ("/history", "ticket.history")):
        for name, user in bureau.people.items():
            answer = Desk(user).get(f"/api/tickets/{ticket.number}{address}")
            wanted = expected(user, name, ENDPOINTS[endpoint], ticket)
            assert met(wanted, answer.status_code), (endpoint, name, wanted, answer.status_code)


def test_files_by_role_and_ownership(bureau: Bureau, standing: Any) -> None:
    """A helper opens what our people added, not what the source sent; on a confidential matter no section opens the source's."""
    for confidential in (False, True):
        ticket = standing(State.IN_PROGRESS, is_confidential=confidential)
        ours, theirs = _stored(ticket, bureau.people["handler"]), _stored(ticket, None)
        for name, user in bureau.people.items():
            for file, is_ours in ((ours, True), (theirs, False)):
                wanted = expected(user, name, ENDPOINTS["attachment.read"], ticket)
                if wanted == 200 and not _opens(name, confidential=confidential, is_ours=is_ours):
                    wanted = 404
                answer = Desk(user).get(f"/api/attachments/{file.pk}")
                assert met(wanted, answer.status_code), (confidential, is_ours, name, wanted, answer.status_code)


def _opens(name: str, *, confidential: bool, is_ours: bool) -> bool:
    if name in ("intake", "dispatcher", "leader"):
        return True
    if confidential:
        return is_ours and name in ("handler", "chief")
    return name in ("handler", "chief") or is_ours


def _stored(ticket: Ticket, by: User | None) -> Attachment:
    return files.store(
        content=PNG + str(ticket.pk).encode(),
        name="现场.png",
        ticket=ticket,
        role="handling" if by else "matter",
        actor=by.actor() if by else SYSTEM,
        now=clock.now(),
        inquiry=None if by else inquiry_of(ticket),
    )


ELSEWHERE = {
    "me": ("GET", "/api/me"),
    "tickets.list": ("GET", "/api/tickets"),
    "tickets.create": ("POST", "/api/tickets"),
    "worklists": ("GET", "/api/worklists"),
    "worklist": ("GET", "/api/worklists/queue"),
    "rates": ("GET", "/api/response-rates?from=2026-03-01&to=2026-03-31"),
    "rates.tickets": ("GET", "/api/response-rates/tickets?from=2026-03-01&to=2026-03-31&key=replied"),
    "search": ("GET", "/api/search?q=样例"),
    "duplicates": ("POST", "/api/duplicates"),
    "calls.tell": ("POST", "/api/calls"),
    "notices": ("GET", "/api/notices"),
    "journal.verify": ("GET", "/api/journal/verify"),
    "policies": ("GET", "/api/policies"),
    "calendar": ("GET", "/api/calendar"),
    "deadline": ("GET", "/api/deadline?start=2026-09-30 10:00&terms=5 working days"),
    "words": ("GET", "/api/words"),
    "sections": ("GET", "/api/sections"),
}
OF_A_TICKET = {"ticket.read", "ticket.timeline", "ticket.history", "attachment.read", "notice.read"}


def test_everything_else_by_role(bureau: Bureau) -> None:
    left = {name for name, roles in ENDPOINTS.items() if roles != ANYONE and not name.startswith("ticket.act.")}
    assert set(ELSEWHERE) | OF_A_TICKET == left
    desks = {name: Desk(user) for name, user in bureau.people.items()}
    for endpoint, (method, address) in ELSEWHERE.items():
        for name, user in bureau.people.items():
            desk = desks[name]
            with undone():
                answer = desk.get(address) if method == "GET" else desk.post(address, {"title": "样例路围挡"})
            wanted = expected(user, name, ENDPOINTS[endpoint], None)
            assert met(wanted, answer.status_code), (endpoint, name, wanted, answer.status_code, answer.content)


def test_who_has_not_signed_in_is_told_to(bureau: Bureau, standing: Any) -> None:
    ticket = standing(State.IN_PROGRESS)
    nobody = Desk()
    for method, address in [*ELSEWHERE.values(), ("GET", f"/api/tickets/{ticket.number}")]:
        answer = nobody.get(address) if method == "GET" else nobody.post(address)
        assert answer.status_code == 401, (address, answer.status_code)
        assert answer.json()["code"] == "not_signed_in"
        assert answer.headers["WWW-Authenticate"] == "Token"
    for action in ACTS:
        assert nobody.act(ticket, action.value).status_code == 401


def test_a_notice_is_marked_by_its_reader_only(bureau: Bureau, standing: Any) -> None:
    ticket = standing(State.IN_PROGRESS)
    mine = Notice.objects.create(
        key="样例", kind="chase", role="handler", section=bureau.lead, ticket=ticket, created_at=clock.now()
    )
    assert Desk(bureau.people["stranger"]).post(f"/api/notices/{mine.pk}/read").status_code == 404
    desk = Desk(bureau.people["handler"])
    assert desk.get("/api/notices").json()["unread"] == 1
    assert desk.post(f"/api/notices/{mine.pk}/read").status_code == 204
    assert desk.post(f"/api/notices/{mine.pk}/read").status_code == 204
    assert desk.get("/api/notices").json()["unread"] == 0
