"""Addresses under /api/."""

from __future__ import annotations

from django.urls import path, re_path

from . import act, calls, files, lists, rates, reference, schema, search, session, ticket, tickets, trays
from .nowhere import nowhere

urlpatterns = [
    path("session", session.Session.as_view(), name="session"),
    path("me", session.Me.as_view(), name="me"),
    path("tickets", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/<str:number>", ticket.OneTicket.as_view(), name="api-ticket"),
    path("tickets/<str:number>/timeline", ticket.Story.as_view(), name="timeline"),
    path("tickets/<str:number>/history", ticket.History.as_view(), name="history"),
    *[
        path(f"tickets/<str:number>/{action.value}/", view.as_view(), name=f"act-{action.value}")
        for action, view in act.VIEWS.items()
    ],
    path("tickets/<str:number>/attachments", act.Attachments.as_view(), name="attachments"),
    path("attachments/<int:pk>", files.OneFile.as_view(), name="attachment"),
    path("worklists", lists.Worklists.as_view(), name="worklists"),
    path("worklists/<str:name>", lists.OneWorklist.as_view(), name="worklist"),
    path("response-rates", rates.Rates.as_view(), name="rates"),
    path("response-rates/tickets", rates.Behind.as_view(), name="rates-tickets"),
    path("search", search.Search.as_view(), name="api-search"),
    path("duplicates", search.Likeness.as_view(), name="duplicates"),
    path("calls", calls.Calls.as_view(), name="api-calls"),
    path("notices", trays.Notices.as_view(), name="notices"),
    path("notices/<int:pk>/read", trays.Read.as_view(), name="notice-read"),
    path("words", reference.Words.as_view(), name="words"),
    path("sections", reference.Sections.as_view(), name="sections"),
    path("policies", reference.Policies.as_view(), name="policies"),
    path("calendar", reference.Calendar.as_view(), name="calendar"),
    path("deadline", reference.Deadline.as_view(), name="deadline"),
    path("journal/verify", reference.Verify.as_view(), name="journal-verify"),
    path("schema", schema.Schema.as_view(), name="schema"),
    path("docs", schema.docs, name="docs"),
    re_path("", nowhere),
]
