"""POST /api/tickets/<number>/<action>/: one address for each act of a person, made from the table of acts."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.acts import ACTS, Act
from hotline.permissions import ACT, find_ticket
from hotline.wording import label
from tickets.actions.files import LARGEST as LARGEST_FILE
from tickets.domain.messages import Party
from tickets.domain.states import Action, permits
from tickets.domain.words import Channel
from tickets.models import Attachment, Inquiry, Ticket

from . import shapes
from .base import LARGEST, Endpoint, ok
from .errors import Refused, etag
from .reading import JSONParser
from .ticket import stands

_ETAG = re.compile(r'^\s*(?:W/)?"(\d{1,9})"\s*$')


class ActView(Endpoint):
    """One act on one ticket."""

    action: ClassVar[Action]
    act: ClassVar[Act]

    def post(self, request: Request, number: str) -> Response:
        """Does the act and says where the ticket stands. The act itself asks the table of states under the ticket's lock."""
        ticket = find_ticket(self.actor, number)
        if not permits(self.action, self.actor, ticket.section_id):  # before the act could tell anything of the ticket
            raise Refused(403, "section", _("Your section does not lead this matter."))
        expected = None if self.act.reads else expected_version(request, adds=self.act.adds)
        form = self.read(self.act.form)
        done = self.act.do(ticket=ticket, actor=self.actor, now=self.now, expected_version=expected, **form)
        after = Ticket.objects.get(pk=ticket.pk)
        body = {**stands(after, self.action.value), **_result(done)}
        return ok(body, 201 if isinstance(done, Attachment) else 200, ETag=etag(after.version))


def expected_version(request: Request, *, adds: bool) -> int | None:
    """The version that the reader saw. Raises Refused 428 when he does not say, 400 when it cannot be read."""
    said = request.headers.get("If-Match", "")
    if not said:
        raise Refused(
            428, "if_match", _("Send the ETag of the ticket as If-Match, so that nobody's work is overwritten.")
        )
    if adds and said.strip() == "*":
        return None
    found = _ETAG.match(said)
    if found is None:
        raise Refused(400, "if_match", _('If-Match is one ETag of this ticket, as W/"7".'))
    return int(found[1])


def _result(done: Any) -> dict[str, Any]:
    if isinstance(done, Attachment):
        return {"attachment": {"id": done.pk, "name": done.name, "sha256": done.sha256, "size": done.size}}
    if isinstance(done, list):
        return {"parties": [_opened(inquiry, party) for inquiry, party in done], "matter": _matter(done)}
    return {}


def _opened(inquiry: Inquiry, party: Party) -> dict[str, Any]:
    card = {
        name: getattr(party, name)
        for name in ("name", "gender", "phone", "incoming_phone", "id_number", "address", "organisation", "email")
    }
    return {
        "inquiry": inquiry.pk,
        "number": inquiry.number,
        "channel": inquiry.channel,
        "channel_label": label(Channel, inquiry.channel),
        **card,
        "others": list(party.others),
    }


def _matter(opened: list[tuple[Inquiry, Party]]) -> dict[str, str] | None:
    """Opening the person opens the text with its numbers too."""
    if not opened:
        return None
    ticket = opened[0][0].ticket
    return {"title": ticket.title, "content": ticket.content, "place": ticket.place}


def view_for(action: Action, act: Act, operation: str = "") -> type[ActView]:
    """The endpoint of one act, described for the OpenAPI document."""
    takes_file = action is Action.ATTACH
    facts = {
        "__doc__": f"{action.zh} / {action.en}.",
        "action": action,
        "act": act,
        "endpoints": {"POST": ACT + action.value},
        "parser_classes": [MultiPartParser] if takes_file else [JSONParser],
        "largest": LARGEST_FILE + LARGEST if takes_file else LARGEST,
        "keeps_answer": not act.reads,
        "post": _described(action, act, operation or f"act_{action.value}"),
    }
    return type(f"Act{action.name.title().replace('_', '')}", (ActView,), facts)


def _described(action: Action, act: Act, operation: str) -> Any:
    def post(self: ActView, request: Request, number: str) -> Response:
        return ActView.post(self, request, number)

    return extend_schema(
        operation_id=operation,
        summary=f"{action.zh} / {action.en}",
        description=(act.form.__doc__ or "").strip(),
        tags=["acts"],
        request={"multipart/form-data": act.form} if action is Action.ATTACH else act.form,
        parameters=[] if act.reads else [shapes.IF_MATCH, shapes.KEY],
        responses=shapes.answers(
            shapes.Opened if act.reads else shapes.Acted,
            *([400, 404, 409] if act.reads else [400, 404, 409, 412, 413, 428]),
            status=201 if action is Action.ATTACH else 200,
        ),
    )(post)


VIEWS = {action: view_for(action, act) for action, act in ACTS.items()}
#: The same act under the name of what it makes.
Attachments = view_for(Action.ATTACH, ACTS[Action.ATTACH], "attachments_add")
