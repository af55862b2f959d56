"""What can be chosen in a field whose choices are rows: sections, colleagues, inquiries and files of the ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotline.models import User
from hotline.wording import label
from hotline.wording.satisfaction import satisfactions
from tickets.domain.words import SECTION, Channel
from tickets.models import Attachment, FileState, Section, Ticket
from tickets.queries import inquiries

Choice = tuple[str, str]


def of(ticket: Ticket) -> dict[str, Callable[[], Sequence[Choice]]]:
    """Field name -> its choices, asked only when the form has the field."""
    return {
        "section": sections,
        "co_sections": sections,
        "handler": lambda: colleagues(ticket.section_id),
        "inquiry": lambda: sources(ticket),
        "attachments": lambda: files(ticket),
        "satisfaction": satisfactions,
    }


def sections() -> list[Choice]:
    """The sections that work."""
    return list(Section.objects.filter(is_active=True).order_by("order", "id").values_list("code", "name"))


def colleagues(section_id: int | None) -> list[Choice]:
    """The people of a section who handle tickets."""
    people = User.objects.filter(section_id=section_id or 0, is_active=True).order_by("id")
    return [(user.username, str(user)) for user in people if user.actor().roles & SECTION]


def sources(ticket: Ticket) -> list[Choice]:
    """The inquiries of the work; a form shows the field only when there are several."""
    found = [(str(each.pk), f"{label(Channel, each.channel)} {each.number}") for each in inquiries.of(ticket)]
    return found if len(found) > 1 else []


def files(ticket: Ticket) -> list[Choice]:
    """Files of ours that may go with a reply: not what came from the source."""
    rows = Attachment.objects.filter(ticket=ticket, state=FileState.STORED.value).exclude(role="matter").order_by("id")
    return [(str(row.pk), row.name) for row in rows]
