"""Where the four outside platforms are and with which keys we speak to them: adapter code -> settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .environment import folder, given, text, words

UNIT = "341300ZD"
UNIT_NAME = "宿州市重点工程建设管理局"
VARIABLES: dict[str, dict[str, str]] = {
    "hotline": {"url": "HOTLINE_API_URL", "key": "HOTLINE_API_KEY"},
    "business": {
        "url": "BUSINESS_API_URL",
        "app_id": "BUSINESS_APP_ID",
        "secret": "BUSINESS_SECRET",
    },
    "petition": {"url": "PETITION_URL", "unitcode": "PETITION_UNITCODE", "token": "PETITION_TOKEN"},
    "inspection": {"folder": "INSPECTION_FOLDER"},
}
DEMO_WEBHOOK_SECRETS = [  # two, because keys rotate: the stand-in also signs by the second alone when told to
    "whsec_ZXhhbXBsZS1rZXktb2YtdGhlLXdpcmUtZG9jdW1lbnQ=",
    "whsec_dGhlLW5leHQta2V5LW9mLXRoZS1idXNpbmVzcy1wbGF0Zm9ybQ==",
]


def demonstration(stand_ins: str, files: Path) -> dict[str, dict[str, Any]]:
    """The local stand-ins at ``stand_ins`` (``http://host:port``) with keys that open nothing else; ``files``: their folder."""
    return {
        "hotline": {"url": f"{stand_ins}/api", "key": "demo-hotline-key"},
        "business": {
            "url": f"{stand_ins}/openapi/v1",
            "app_id": "szzdj",
            "secret": "demo-business-secret",
            "webhook_secrets": DEMO_WEBHOOK_SECRETS,
        },
        "petition": {
            "url": f"{stand_ins}/services/PetitionExchange.asmx",
            "unitcode": UNIT,
            "token": "demo-petition-token",
        },
        "inspection": {"folder": str(files / "inspection")},
    }


def configured(defaults: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """``defaults`` with what the environment says on top; an adapter without address or folder is left out: it is off."""
    found: dict[str, dict[str, Any]] = {}
    for code, names in VARIABLES.items():
        settings = dict(defaults.get(code, {})) | given(names)
        if code == "business" and (keys := words("BUSINESS_WEBHOOK_SECRETS")):
            settings["webhook_secrets"] = keys
        if code == "petition" and settings:
            settings.setdefault("unitcode", text("HOTLINE_UNIT_CODE", UNIT))
        if "folder" in settings:
            settings["folder"] = str(folder("INSPECTION_FOLDER", Path(settings["folder"])))
        if settings.get("url") or settings.get("folder"):
            found[code] = common() | settings
    return found


def common() -> dict[str, Any]:
    """What every adapter is told: who we are."""
    return {
        "unitcode": text("HOTLINE_UNIT_CODE", UNIT),
        "unit_name": text("HOTLINE_UNIT_NAME", UNIT_NAME),
    }
