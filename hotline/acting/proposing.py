"""拟派: where a ticket that waits for the office should go: the stored proposal, else what the rules say of it now."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.wording import pair, why_routed
from tickets.models import Section, Ticket
from tickets.queries import offices, rules


@dataclass(frozen=True, slots=True)
class Proposal:
    """``section`` None: nothing fits; ``reason`` says on which words a rule matched, or why none did."""

    section: Section | None
    co_sections: tuple[Section, ...]
    reason: str


def of(ticket: Ticket) -> Proposal:
    """The co-handlers of the rule go with its section; nothing is written."""
    with offices.held():
        known = {pk: row for pk, row in offices.sections().items() if row.is_active}
        decision = rules.decision(rules.facts_of_ticket(ticket))
    section = known.get(ticket.proposed_section_id or decision.section_id or 0)
    if section is None or section.pk != decision.section_id:
        return Proposal(section, (), why_routed(ticket.route_reason) or pair(decision.reason_zh, decision.reason_en))
    helpers = tuple(known[pk] for pk in decision.co_section_ids if pk in known)
    return Proposal(section, helpers, pair(decision.reason_zh, decision.reason_en))
