"""Every address of the people's door."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("hotline.api.urls")),
    path("", include("hotline.web.urls")),
]
