"""The OpenAPI document, and its page, both from this house's own files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

from hotline.permissions import MayAct


class Schema(SpectacularAPIView):
    """What every endpoint takes and answers, as OpenAPI 3."""

    endpoints = {"GET": "schema"}
    permission_classes = [MayAct]
    authentication_classes: list[Any] = []


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger's page; its script and style come from the sidecar, nothing from elsewhere."""
    return render(request, "hotline/docs.html")
