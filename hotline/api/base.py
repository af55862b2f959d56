"""What every endpoint shares: the table of roles, the reader's language, limits of size, idempotency, strict input."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hotline.acting.fields import Strict, Text
from hotline.models import User
from hotline.permissions import MayAct, Owed, actor_of, factors, owed, scope_of
from hotline.permissions.owed import FACTOR
from hotline.permissions.tokens import ByToken
from hotline.wording import language_of, said, whole
from tickets import clock
from tickets.domain.actors import Actor
from tickets.queries.freshness import held
from tickets.queries.scopes import Scope

from . import idempotency
from .errors import Refused, handle
from .reading import JSONParser
from .render import OrjsonRenderer

LARGEST = 1024 * 1024


def refuse(due: Owed | None) -> None:
    """Raise Refused where something is owed."""
    if due is not None:
        raise Refused(403, due.code, said(due))


class Endpoint(APIView):
    """``endpoints``: method -> name in hotline.permissions.ENDPOINTS; a method without a name is refused."""

    endpoints: ClassVar[Mapping[str, str]] = {}
    #: False where repeating does no harm and the answer must not be kept (sign-in, personal data, questions).
    keeps_answer: ClassVar[bool] = True
    largest: ClassVar[int] = LARGEST
    authentication_classes = [ByToken, SessionAuthentication]
    permission_classes = [MayAct]
    renderer_classes = [OrjsonRenderer]
    parser_classes = [JSONParser]
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Language before anything is said, size before anything is read, permission before anything is done."""
        translation.activate(language_of(request._request, request.user))  # noqa: SLF001
        _check_size(request, self.largest)
        if request.method == "OPTIONS" or request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        self._refuse_owing(request)

    def _refuse_owing(self, request: Request) -> None:
        """Somebody in by a session who owes a new password or a second factor sets them by the pages first. A token is a program's, and
        good only while its owner has the second factor that his roles ask for."""
        if not isinstance(request.user, User) or self.endpoints.get("DELETE") == "session.close":
            return
        if request.auth is None:
            refuse(owed(request._request, request.user, self.now))  # noqa: SLF001
        elif factors.is_asked_of(request.user) and not factors.has(request.user):
            refuse(FACTOR)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """DRF's own way, with the Idempotency-Key around the handler; who only reads asks for the calendar once."""
        self.args, self.kwargs = args, kwargs
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(asked, *args, **kwargs)
            handler = getattr(self, (asked.method or "").lower(), self.http_method_not_allowed)
            with held() if asked.method in SAFE_METHODS else nullcontext():
                response = idempotency.once(
                    asked, lambda: handler(asked, *args, **kwargs), self.now, keeps=self.keeps_answer
                )
        except Exception as error:  # noqa: BLE001 - DRF's own hook raises again what is not ours
            response = self.handle_exception(error)
        self.response = self.finalize_response(asked, response, *args, **kwargs)  # type: ignore[arg-type]
        add_never_cache_headers(self.response)
        return self.response

    def get_exception_handler(self) -> Any:
        """One shape for every refusal, whatever the settings say."""
        return handle

    @cached_property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self.request.user)

    @cached_property
    def scope(self) -> Scope:
        """Which tickets he sees."""
        return scope_of(self.actor)

    @cached_property
    def now(self) -> datetime:
        """The moment of the request, read once."""
        return clock.now()

    def read(self, kind: type[Strict], data: Any = None) -> dict[str, Any]:
        """The body (or ``data``) as checked values. Raises ValidationError naming each field."""
        form = kind(data=self.request.data if data is None else data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def asked(self, kind: type[Strict]) -> dict[str, Any]:
        """The query as checked values; a name that the endpoint does not know is refused."""
        given = {name: value for name, value in self.request.query_params.items() if name != "format"}
        return dict(_checked(kind, tuple(given.items())))


@lru_cache(maxsize=1024)
def _checked(kind: type[Strict], given: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    """A query that has been checked before needs no form: the same lists are asked for all day long. A refusal is not kept."""
    form = kind(data=dict(given))
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _check_size(request: Request, largest: int) -> None:
    written = request.META.get("CONTENT_LENGTH") or "0"
    size = whole(written)
    if size is None or size > largest:
        message = _("The body is over %d KB: make it smaller, or attach a file.") % (largest // 1024)
        raise Refused(413, "too_large", message)


def ok(body: Any, status: int = 200, **headers: str) -> Response:
    """A plain answer."""
    return Response(body, status=status, headers=headers)


class PageQuery(Strict):
    """Keyset pages: ``after`` is the mark that the page before gave as ``next``."""

    after = Text(200, help_text=gettext_lazy("the mark of the next page, as the page before gave it"))
    size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
