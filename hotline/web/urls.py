"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from . import act, home, queue, reply, search, signin, ticket, tray

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", signin.SignIn.as_view(), name="account_login"),
    path("logout/", signin.SignOut.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("appearance/", home.appearance, name="appearance"),
    path("tray/", tray.tray, name="tray"),
    path("tray/count/", tray.tray_count, name="tray_count"),
    path("search/", search.search, name="search"),
    path("desk/", queue.queue, name="queue"),
    path("desk/bulk/", queue.bulk, name="bulk"),
    path("desk/undo/", queue.undo, name="undo"),
    path("desk/views/", queue.save_view, name="save_view"),
    path("tickets/<str:number>/", ticket.ticket, name="ticket"),
    path("tickets/<str:number>/story/", ticket.whole_story, name="story"),
    path("tickets/<str:number>/changes/", ticket.what_changed, name="changes"),
    path("tickets/<str:number>/readers/", ticket.who_looked, name="readers"),
    path("tickets/<str:number>/reply/", reply.write, name="reply"),
    path("tickets/<str:number>/reply/checks/", reply.checks, name="checks"),
    path("tickets/<str:number>/reply/preview/", reply.preview, name="preview"),
    path("tickets/<str:number>/draft/<str:action>/", ticket.draft, name="draft"),
    path("tickets/<str:number>/<str:action>/", act.act, name="act"),
]
