"""Every address of the people's door."""

from __future__ import annotations

from django.urls import include, path

from hotline.admin import site

urlpatterns = [
    path("api/", include("hotline.api.urls")),
    path("admin/", site.urls),
    path("", include("hotline.web.urls")),
]
