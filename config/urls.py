"""Every address of the house."""

from django.urls import include, path

from . import health
from .pages import platforms

urlpatterns = [
    path("platforms/", platforms.platforms, name="platforms"),
    path("platforms/<slug:source>/lift/", platforms.lift, name="lift"),
    path("platforms/letters/", platforms.letters, name="letters"),
    path("platforms/letters/replay/", platforms.replay_many, name="replay_many"),
    path("platforms/in/<int:pk>/", platforms.record, name="record"),
    path("platforms/out/<int:pk>/", platforms.message, name="message"),
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("", include("integrations.urls")),
    path("", include("hotline.urls")),
]

handler400 = "hotline.web.refusals.bad_request"
handler403 = "hotline.web.refusals.forbidden"
handler404 = "hotline.web.nowhere.not_found"
handler500 = "hotline.web.refusals.broken"
