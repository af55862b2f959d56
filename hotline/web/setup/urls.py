"""Addresses of the set-up desk."""

from __future__ import annotations

from django.urls import path

from . import leaving, overview, people, rows, sheets

urlpatterns = [
    path("", overview.overview, name="setup"),
    path("people/", people.people, name="setup_people"),
    path("people/new/", people.new_person, name="setup_new_person"),
    path("people/<int:pk>/", people.person, name="setup_person"),
    path("people/<int:pk>/link/", people.link, name="setup_link"),
    path("people/<int:pk>/roles/", people.roles, name="setup_roles"),
    path("people/<int:pk>/factor/", people.factor, name="setup_factor"),
    path("people/<int:pk>/leave/", leaving.leave, name="setup_leave"),
    path("sections/", rows.sections, name="setup_sections"),
    path("sections/new/", rows.new_section, name="setup_new_section"),
    path("sections/<int:pk>/", rows.section, name="setup_section"),
    path("sections/<int:pk>/close/", leaving.close, name="setup_close"),
    path("sheets/", sheets.all_sheets, name="setup_sheets"),
    path("sheets/<str:kind>/", sheets.sheet, name="setup_sheet"),
    path("sheets/<str:kind>/template/", sheets.template, name="setup_template"),
    path("<str:kind>/", rows.rows, name="setup_rows"),
    path("<str:kind>/new/", rows.new_row, name="setup_new_row"),
    path("<str:kind>/<int:pk>/", rows.row, name="setup_row"),
]
