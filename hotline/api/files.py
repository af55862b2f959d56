"""Files: from their own address, as a download, and only to who may see what they may show."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from hotline.acting.fields import Strict
from hotline.permissions import find_ticket
from hotline.telling.matter import may_open
from tickets.actions import files
from tickets.models import Attachment, FileState

from . import shapes
from .base import Endpoint
from .errors import Refused

SANDBOX = "default-src 'none'; sandbox"


class OneFile(Endpoint):
    """One file."""

    endpoints = {"GET": "attachment.read"}

    @extend_schema(
        operation_id="attachment_read",
        summary="下载附件 / Download a file",
        tags=["files"],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            **{code: each for code, each in shapes.answers(shapes.Error, 404, 409).items() if code != 200},
        },
    )
    def get(self, request: Request, pk: int) -> Any:
        """The bytes as they were stored. Opening what came from the source is journalled: it may show the petitioner."""
        self.asked(Strict)
        file = Attachment.objects.select_related("ticket", "added_by").filter(pk=pk).first()
        if file is None:
            raise NotFound
        ticket = find_ticket(self.actor, file.ticket.number)
        if not may_open(self.actor, ticket, file):
            raise NotFound
        if file.state != FileState.STORED or not file.path.is_file():
            raise Refused(409, "file_not_here", _("The file has not been fetched from its source."))
        if file.inquiry_id is not None or file.role == "matter":
            files.opened(attachment=file, actor=self.actor, now=self.now)
        response = FileResponse(
            file.path.open("rb"), as_attachment=True, filename=file.name, content_type="application/octet-stream"
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SANDBOX
        return response
