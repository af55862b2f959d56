"""Every address of the house."""

from django.urls import include, path

from . import health

urlpatterns = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("", include("integrations.urls")),
    path("", include("hotline.urls")),
]

handler400 = "hotline.web.refusals.bad_request"
handler403 = "hotline.web.refusals.forbidden"
handler404 = "hotline.web.refusals.not_found"
handler500 = "hotline.web.refusals.broken"
