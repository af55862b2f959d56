"""Addresses under /api/."""

from __future__ import annotations

from django.urls import path, re_path

from . import act, session, ticket, tickets
from .nowhere import nowhere

urlpatterns = [
    path("session", session.Session.as_view(), name="session"),
    path("me", session.Me.as_view(), name="me"),
    path("tickets", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/<str:number>", ticket.OneTicket.as_view(), name="ticket"),
    path("tickets/<str:number>/timeline", ticket.Story.as_view(), name="timeline"),
    path("tickets/<str:number>/history", ticket.History.as_view(), name="history"),
    *[
        path(f"tickets/<str:number>/{action.value}/", view.as_view(), name=f"act-{action.value}")
        for action, view in act.VIEWS.items()
    ],
    re_path("", nowhere),
]
