"""Addresses of the machines' door: pushes of platforms, and the desk for what waits for a person."""

from __future__ import annotations

from django.urls import path

from integrations import desk, webhooks

urlpatterns = [
    path("hooks/<slug:source>", webhooks.receive, name="hook"),
    path("api/parked", desk.Parked.as_view(), name="parked"),
    path("api/parked/<int:pk>", desk.OneParked.as_view(), name="parked-one"),
    path("api/parked/<int:pk>/replay", desk.ReplayParked.as_view(), name="parked-replay"),
    path("api/parked/<int:pk>/discard", desk.DiscardParked.as_view(), name="parked-discard"),
    path("api/outbox", desk.Outbox.as_view(), name="outbox"),
    path("api/outbox/<int:pk>/replay", desk.ReplayOutbox.as_view(), name="outbox-replay"),
    path("api/outbox/<int:pk>/mark-sent", desk.MarkSent.as_view(), name="outbox-mark-sent"),
    path("api/outbox/<int:pk>/discard", desk.DiscardOutbox.as_view(), name="outbox-discard"),
]
