"""Signing in and out, and who am I."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Strict, Text
from hotline.models import User
from hotline.permissions import owed, sign_in, sign_out, tokens
from hotline.wording import label
from tickets.domain.words import Role

from . import shapes
from .base import Endpoint, ok, refuse


class Credentials(Strict):
    """User name and password, and the ``code`` of an account with a second factor; ``token`` true also gives a token for programs,
    in place of the one before."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False, style={"input_type": "password"})
    code = Text(20)
    token = serializers.BooleanField(required=False, default=False)


class Session(Endpoint):
    """The session of a person."""

    endpoints = {"POST": "session.open", "DELETE": "session.close"}
    keeps_answer = False

    @extend_schema(
        operation_id="session_open", summary="登录 / Sign in", tags=["session"], auth=[],
        request=Credentials, responses=shapes.answers(shapes.SignedIn, 400, 429),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Sets the session cookie; send ``csrf`` as X-CSRFToken with what you change. Five failures lock for 15 minutes."""
        form = self.read(Credentials)
        web = request._request  # noqa: SLF001 - Django's own request carries the session
        user = sign_in(web, username=form["username"], password=form["password"], code=form["code"], now=self.now)
        body = {"user": me(user), "csrf": get_token(web)}
        if form["token"]:
            refuse(owed(web, user, self.now))
            body["token"] = tokens.give(user=user, actor=user.actor(), now=self.now)
        return ok(body)

    @extend_schema(
        operation_id="session_close", summary="退出 / Sign out", tags=["session"], request=None, responses={204: None}
    )
    def delete(self, request: Request) -> Response:
        """Ends the session; with a token, the token too."""
        if isinstance(request.user, User):
            sign_out(request._request, request.user, self.now)  # noqa: SLF001
            if isinstance(request.auth, Token):
                tokens.drop(user=request.user, actor=request.user.actor(), now=self.now)
        logout(request._request)  # noqa: SLF001
        return Response(status=204)


class Me(Endpoint):
    """The account that asks."""

    endpoints = {"GET": "me"}

    @extend_schema(
        operation_id="me", summary="当前账号 / Who am I", tags=["session"], responses=shapes.answers(shapes.Me)
    )
    def get(self, request: Request) -> Response:
        """Name, roles, section, language."""
        self.asked(Strict)
        assert isinstance(request.user, User)  # noqa: S101 - the table lets nobody else come here
        return ok(me(request.user))


def me(user: User) -> dict[str, Any]:
    """An account as its owner sees it."""
    section = user.section
    return {
        "username": user.username,
        "name": str(user),
        "roles": [{"code": code, "label": label(Role, code)} for code in user.roles],
        "section": {"code": section.code, "name": section.name} if section else None,
        "language": user.language,
        "acts_for": str(user.stand_in.absent) if user.stand_in is not None else None,
    }
