"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from . import home, signin

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", signin.SignIn.as_view(), name="login"),
    path("logout/", signin.SignOut.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
]
