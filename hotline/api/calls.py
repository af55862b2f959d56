"""What a telephone system tells of its calls."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting import calls
from hotline.acting.calls import EventForm
from hotline.wording import said

from . import shapes
from .base import Endpoint, ok


class Calls(Endpoint):
    """Telephone events."""

    endpoints = {"POST": "calls.tell"}
    keeps_answer = False

    @extend_schema(
        operation_id="calls_tell",
        summary="电话事件：振铃、接听、挂断 / A telephone system's event",
        tags=["calls"],
        request=EventForm,
        responses=shapes.answers(shapes.CallShape, 400),
    )
    def post(self, request: Request) -> Response:
        """Safe to repeat, in any order: each event of a call counts once. The clerk's form opens with the number."""
        call = calls.tell(told=self.read(EventForm), now=self.now)
        state = call.state(self.now)
        return ok({
            "call": call.call_id, "state": state.value, "state_label": said(state), "agent": call.agent.username if call.agent else None
        })  # fmt: skip
