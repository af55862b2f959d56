"""Every address of the house."""

from django.urls import include, path

from integrations import webhooks

from . import health

urlpatterns = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("hooks/<slug:source>", webhooks.receive, name="hook"),
    path("", include("hotline.urls")),
]
