"""Addresses of the pages."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views as single_sign_on
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from . import act, citizen, deputies, home, profile, queue, reply, search, signin, ticket, tray, unsent

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", signin.SignIn.as_view(), name="account_login"),
    path("login/code/", signin.EnterCode.as_view(), name="mfa_authenticate"),
    path("login/<str:provider_id>/", single_sign_on.login, name="openid_connect_login"),
    path("login/<str:provider_id>/callback/", single_sign_on.callback, name="openid_connect_callback"),
    path("logout/", signin.SignOut.as_view(), name="logout"),
    path("me/", profile.profile, name="profile"),
    path("me/password/", profile.password, name="account_change_password"),
    path("me/second-factor/", profile.factor_on, name="mfa_activate_totp"),
    path("me/second-factor/off/", profile.factor_off, name="mfa_deactivate_totp"),
    path("me/second-factor/codes/", profile.codes, name="mfa_view_recovery_codes"),
    path("me/second-factor/codes/new/", profile.new_codes, name="mfa_generate_recovery_codes"),
    path("me/second-factor/codes/file/", profile.codes_as_file, name="mfa_download_recovery_codes"),
    path("me/second-factor/status/", RedirectView.as_view(pattern_name="profile"), name="mfa_index"),
    path("me/again/", profile.again, name="account_reauthenticate"),
    path("me/again/code/", profile.again_by_code, name="mfa_reauthenticate"),
    path("me/sessions/", profile.end_sessions, name="end_sessions"),
    path("me/token/", profile.token, name="token"),
    path("deputies/", deputies.deputyships, name="deputies"),
    path("deputies/act/", deputies.act_for, name="act_for"),
    path("deputies/<int:pk>/end/", deputies.end, name="end_deputy"),
    path("unsent/", unsent.unsent, name="unsent"),
    path("language/", set_language, name="set_language"),
    path("appearance/", home.appearance, name="appearance"),
    path("progress/", citizen.citizen, name="citizen"),
    path("progress/matter/", citizen.matter, name="citizen_matter"),
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
