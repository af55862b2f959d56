"""Writes the made-up bureau of office.json into the database; safe to run again, edited rows stay as they are."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from hotline.models import User
from tickets.actions import ledger
from tickets.domain.actors import SYSTEM
from tickets.domain.words import Role
from tickets.models import Phrase, Project, Route, Section

HERE = Path(__file__).with_name("office.json")
REASON = "演示数据"


def read() -> dict[str, Any]:
    """The made-up bureau as written."""
    return json.loads(HERE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def install(*, now: datetime, accounts_file: Path) -> int:
    """Sections, projects, routes, phrases and one account of every role. Returns how many accounts were made.

    Passwords are made here, for this installation only, and written to ``accounts_file`` (mode 0600).
    """
    bureau = read()
    sections = {row["code"]: _section(place, row, now) for place, row in enumerate(bureau["sections"])}
    for row in bureau["projects"]:
        if not Project.objects.filter(code=row["code"]).exists():
            project = Project(
                code=row["code"], name=row["name"], aliases=row["aliases"], section=sections[row["section"]]
            )
            ledger.save_with_history(project, actor=SYSTEM, now=now, reason=REASON)
    if not Route.objects.exists():
        for row in bureau["routes"]:
            route = Route(**{**row, "section": sections[row["section"]]})
            ledger.save_with_history(route, actor=SYSTEM, now=now, reason=REASON)
    _phrases(bureau, sections, now)
    return _people(bureau, sections, accounts_file, now)


def _phrases(bureau: dict[str, Any], sections: dict[str, Section], now: datetime) -> None:
    """Templates and answers of the intake desk; one that anybody has edited or renamed stays as people want it."""
    known = set(Phrase.history.values_list("kind", "title"))
    for row in bureau.get("phrases", ()):
        if (row["kind"], row["title"]) not in known:
            phrase = Phrase(**{**row, "section": sections.get(row.get("section", ""))})
            ledger.save_with_history(phrase, actor=SYSTEM, now=now, reason=REASON)


def _section(place: int, row: dict[str, Any], now: datetime) -> Section:
    found = Section.objects.filter(code=row["code"]).first()
    if found is not None:
        return found
    section = Section(code=row["code"], name=row["name"], is_office=row.get("is_office", False), order=place)
    ledger.save_with_history(section, actor=SYSTEM, now=now, reason=REASON)
    return section


def people(bureau: dict[str, Any]) -> list[dict[str, Any]]:
    """Everybody: the office's people and two in each section."""
    own = [
        {
            "username": f"{section['code']}-{post['suffix']}",
            "name": section["people"][post["suffix"]],
            "roles": post["roles"],
            "section": section["code"],
        }
        for section in bureau["sections"]
        if not section.get("is_office")
        for post in bureau["in_each_section"]
    ]
    return [*bureau["people"], *own]


def _people(bureau: dict[str, Any], sections: dict[str, Section], accounts_file: Path, now: datetime) -> int:
    made: list[dict[str, str]] = []
    password = f"yanshi-{secrets.token_hex(4)}"
    hashed = make_password(password)  # once: a good hash takes half a second
    for row in people(bureau):
        if User.objects.filter(username=row["username"]).exists():
            continue
        section = sections.get(row.get("section", ""))
        user = User(username=row["username"], name=row["name"], roles=row["roles"], section=section)
        user.password, user.password_set_at = hashed, now
        user.save()
        roles = "、".join(Role(code).zh for code in row["roles"])
        made.append(
            {"username": user.username, "password": password, "role": roles, "section": section.name if section else ""}
        )
    if made:
        _write(accounts_file, made)
    return len(made)


def _write(path: Path, accounts: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"accounts": accounts}, file, ensure_ascii=False, indent=1)
