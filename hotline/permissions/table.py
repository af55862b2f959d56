"""Endpoint by endpoint, the roles that may use it; an endpoint that is not in the table is refused to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.domain.states import TABLE, Action
from tickets.domain.words import Role

#: Also who has not signed in.
ANYONE: frozenset[Role] = frozenset(Role)
PEOPLE: frozenset[Role] = frozenset(Role) - {Role.ADAPTER, Role.SYSTEM}
ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECURITY})
READERS = PEOPLE - ADMINISTRATORS
CLERKS = frozenset({Role.INTAKE, Role.DISPATCHER})
OFFICE = frozenset({Role.DISPATCHER})
#: The office and leaders see every figure, a chief those of the section, the auditor as a reader.
BOARD = frozenset({Role.LEADER, Role.DISPATCHER, Role.CHIEF, Role.AUDITOR})
DESKS = READERS - {Role.SECRECY, Role.AUDITOR}

ACT = "ticket.act."
#: Every act of a person, under the roles of its edge (domain.states). The reach (own section) is asked by the act itself.
ACTS: Mapping[str, frozenset[Role]] = {
    ACT + edge.action.value: edge.roles & PEOPLE for edge in TABLE if edge.roles & PEOPLE
}

ENDPOINTS: Mapping[str, frozenset[Role]] = {
    "session.open": ANYONE,
    "session.close": ANYONE,
    "nowhere": ANYONE,
    "schema": ANYONE,
    "me": PEOPLE,
    "tickets.list": READERS,
    "tickets.create": CLERKS,
    "ticket.read": READERS,
    "ticket.timeline": READERS,
    "ticket.history": READERS,
    "attachment.read": READERS,
    "worklists": READERS,
    "worklist": READERS,
    "rates": READERS - {Role.SECRECY},
    "rates.tickets": READERS - {Role.SECRECY},
    "search": READERS - {Role.AUDITOR},
    "duplicates": CLERKS,
    "calls.tell": frozenset({Role.INTAKE}),
    "notices": PEOPLE,
    "notice.read": PEOPLE,
    "journal.verify": frozenset({Role.AUDITOR}),
    "policies": PEOPLE,
    "calendar": PEOPLE,
    "deadline": PEOPLE,
    "words": PEOPLE,
    "sections": PEOPLE,
    **ACTS,
}

#: Page by page of the desks, likewise; what a page shows of a ticket and which acts it offers is asked ticket by ticket.
PAGES: Mapping[str, frozenset[Role]] = {
    "page.home": PEOPLE,
    "page.guide": PEOPLE,
    "page.profile": PEOPLE,
    "page.profile.password": PEOPLE,
    "page.profile.factor": PEOPLE,
    "page.profile.again": PEOPLE,
    "page.token": PEOPLE,
    "page.unsent": PEOPLE,
    "page.deputies": PEOPLE,
    "page.setup": ADMINISTRATORS | {Role.DISPATCHER},
    "page.setup.people": ADMINISTRATORS,
    "page.setup.sections": frozenset({Role.SYSADMIN}),
    "page.setup.rows": frozenset({Role.DISPATCHER}),
    "page.setup.sheets": ADMINISTRATORS | {Role.DISPATCHER},
    "page.citizen": ANYONE,
    "page.citizen.matter": ANYONE,
    "page.queue": READERS,
    "page.queue.bulk": DESKS,
    "page.queue.export": READERS,
    "page.office": OFFICE,
    "page.office.send": OFFICE,
    "page.office.exchanges": OFFICE,
    "page.office.follow_up": OFFICE,
    "page.office.compare": CLERKS,
    "page.platforms": OFFICE | {Role.SYSADMIN},
    "page.platforms.letter": OFFICE,
    "page.rules": PEOPLE,
    "page.rules.edit": OFFICE,
    "page.rules.proposals": frozenset({Role.DISPATCHER, Role.LEADER, Role.AUDITOR}),
    "page.rules.propose": OFFICE,
    "page.rules.decide": frozenset({Role.LEADER}),
    "page.rules.simulate": frozenset({Role.DISPATCHER, Role.LEADER, Role.AUDITOR}),
    "page.rules.choose": frozenset({Role.DISPATCHER, Role.LEADER}),
    "page.audit": frozenset({Role.AUDITOR}),
    "page.search": READERS - {Role.AUDITOR},
    "page.board.approve": frozenset({Role.LEADER, Role.DISPATCHER}),
    "page.board": BOARD,
    "page.board.forecast": BOARD,
    "page.board.screen": frozenset({Role.LEADER, Role.DISPATCHER}),
    "page.tray": PEOPLE,
    "page.intake": CLERKS,
    "page.intake.receipt": CLERKS,
    "page.calls": CLERKS,
    "page.radio": CLERKS,
    "page.ticket": READERS,
    "page.ticket.act": READERS,
    "page.ticket.draft": DESKS,
    "page.ticket.story": READERS,
    "page.ticket.changes": READERS,
    "page.ticket.readers": frozenset({Role.DISPATCHER, Role.LEADER, Role.AUDITOR, Role.SECRECY}),
}

#: Who may look for a person by telephone or identity number.
PERSON_SEARCH = CLERKS
#: Who sees that personal data were opened, and by whom.
SEES_READINGS = frozenset({Role.DISPATCHER, Role.LEADER, Role.AUDITOR, Role.SECRECY})
#: Who sees the petitioner's card, covered; sections only on their own, not confidential matters.
SEES_CARD = frozenset({Role.INTAKE, Role.DISPATCHER, Role.LEADER})


def action_endpoint(action: Action) -> str:
    """The name of an act in the table."""
    return ACT + action.value
