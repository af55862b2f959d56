"""Single sign-on by OpenID Connect: four variables switch it on; without an issuer the page of signing in shows no button."""

from __future__ import annotations

from typing import Any

from config import environment

CODE = "sso"
VARIABLES = {"issuer": "OIDC_ISSUER", "client": "OIDC_CLIENT_ID", "secret": "OIDC_SECRET", "name": "OIDC_NAME"}


def given() -> dict[str, str]:
    """Those of the four variables that are set."""
    return environment.given(VARIABLES)


def providers() -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS; nothing without an issuer. ``username``: the claim that names the account."""
    found = given()
    if "issuer" not in found:
        return {}
    app = {
        "provider_id": CODE,
        "name": found.get("name", "统一身份认证"),
        "client_id": found.get("client", ""),
        "secret": found.get("secret", ""),
        "settings": {
            "server_url": found["issuer"].rstrip("/"),
            "username": environment.text("OIDC_USERNAME", "preferred_username"),
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
