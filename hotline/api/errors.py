"""Every refusal in one shape: code, message in the reader's language, and where it helps errors, possible, changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from hotline.acting.fields import Misread
from hotline.telling import stale
from hotline.wording import said
from tickets.actions.contents import UnableToStore
from tickets.actions.ledger import StaleVersion
from tickets.domain.states import UnableToMove
from tickets.domain.terms import BadTerms

log = logging.getLogger(__name__)
#: Codes of the domain's own refusals that are about who asks, or about a thing that is not there.
STATUS = {
    "role": 403, "section": 403, "unknown": 404, "not_a_person": 403, "credentials": 401, "code_needed": 401, "code_wrong": 401,
    "locked": 429,
}  # fmt: skip
#: A refusal with one of these codes names a field of the body.
FIELDS = frozenset({"reason", "proof"})


class Refused(exceptions.APIException):
    """A refusal with a status and a code of its own."""

    def __init__(self, status_code: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, code)
        self.status_code, self.code, self.said, self.headers = status_code, code, message, dict(headers or {})


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook for every door: domain exceptions are known by what they carry (code, zh, en), so that each door's own
    become the same shape. None: not ours, a fault of the program."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, OperationalError):
        log.warning("database busy: %s", type(error).__name__)
        return _busy()
    if isinstance(error, BadTerms):
        return _fields([{"field": "amount", "reason": _("This amount does not fit the limit's unit.")}], 400)
    if hasattr(error, "zh") and hasattr(error, "en"):
        return _of_domain(error)
    if isinstance(error, exceptions.APIException):
        return _of_web(error, [parser.media_type for parser in getattr(context.get("view"), "parser_classes", ())])
    return None


def _busy() -> Response:
    body = {"code": "busy", "message": _("The service is busy: try again in a moment.")}
    return Response(body, status=503, headers={"Retry-After": "1"})


# --- refusals of the domain ------------------------------------------------------------------------------------------


def _of_domain(error: Any) -> Response:
    if isinstance(error, StaleVersion):
        return _stale(error)
    message = said(error)
    field = getattr(error, "field", None) or getattr(error, "facts", {}).get("field")
    code = getattr(error, "code", "") or "invalid"
    if isinstance(error, UnableToStore) and error.field == "size":
        return Response({"code": "too_large", "message": message}, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    if field or code in FIELDS:
        return _fields([{"field": field or code, "reason": message}], status.HTTP_400_BAD_REQUEST)
    body: dict[str, Any] = {"code": code, "message": message}
    if isinstance(error, UnableToMove):
        body["possible"] = [{"action": action.value, "label": said(action)} for action in error.possible]
    return Response(body, status=STATUS.get(code, status.HTTP_409_CONFLICT), headers=_wait(error))


def _wait(error: Any) -> dict[str, str]:
    return {"Retry-After": "900"} if getattr(error, "until", None) else {}


def _stale(error: StaleVersion) -> Response:
    found = stale.told(error)
    changed = {
        "version": found["version"], "action": found["code"], "action_label": found["action"], "actor": found["actor"],
        "at": found["at"],
    }  # fmt: skip
    body = {"code": "version", "message": said(error), "changed": changed}
    return Response(body, status=412, headers={"ETag": etag(found["version"])})


def etag(version: int) -> str:
    """The version of a ticket as HTTP knows it."""
    return f'W/"{version}"'


# --- refusals of the web ---------------------------------------------------------------------------------------------


def _of_web(error: exceptions.APIException, takes: list[str]) -> Response:
    headers = dict(getattr(error, "headers", {}))
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    if isinstance(error, Misread):
        return _fields(error.errors, 400)
    if isinstance(error, exceptions.ValidationError):
        return _fields(list(_flat(error.detail)), 400)
    if isinstance(error, exceptions.UnsupportedMediaType) and takes:
        return Response(
            {"code": "media_type", "message": _("Send %s.") % ", ".join(takes)}, status=415, headers=headers
        )
    code, message = _told(error)
    return Response({"code": code, "message": message}, status=error.status_code, headers=headers)


def _told(error: exceptions.APIException) -> tuple[str, str]:
    if isinstance(error, Refused):
        return error.code, error.said
    if isinstance(error, exceptions.ParseError):
        return "unreadable", _("The body cannot be read as JSON in UTF-8: correct it and send it again.")
    sentences = {
        401: ("not_signed_in", _("Sign in first: POST /api/session.")),
        403: ("forbidden", _("Your roles do not allow this.")),
        404: ("not_found", _("There is nothing here, or nothing that you may see.")),
        405: ("method_not_allowed", _("This address does not take this method.")),
        406: ("not_acceptable", _("Only application/json is spoken here.")),
    }
    if isinstance(error, exceptions.PermissionDenied) and "CSRF" in str(error.detail):
        return "csrf", _("The CSRF token is missing or wrong: send X-CSRFToken.")
    return sentences.get(error.status_code, (str(error.default_code), str(error.detail)))


def _fields(errors: list[dict[str, str]], status_code: int) -> Response:
    message = _("Please correct: %s") % "; ".join(
        f"{each['field']}: {each['reason']}" if each["field"] else each["reason"] for each in errors[:5]
    )
    return Response({"code": "invalid", "message": message, "errors": errors}, status=status_code)


def _flat(detail: Any, place: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested details as lines of (field, reason); a nested field is ``party.phone``."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (place, here) if part))
    elif isinstance(detail, (list, tuple)):
        for inner in detail:
            yield from _flat(inner, place)
    else:
        yield {"field": place, "reason": str(detail)}
