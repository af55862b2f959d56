"""Things that are said in two places say the same: commands and their help, adapters and their files, table and addresses."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from config import platforms
from config.demo import office
from hotline.acting.acts import ACTS
from hotline.permissions import ENDPOINTS
from integrations import registry
from tickets.domain.states import TABLE
from tickets.domain.words import Channel, Role
from tickets.models import Ticket, numbering

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "hotline", "integrations", "tickets")
OURS = {
    name for name, app in get_commands().items() if app in {"house", "config", "hotline", "integrations", "tickets"}
}
#: What the stand-ins may use beside the standard library: readers and writers of documents.
DOCUMENTS = {"lxml", "docx", "xlsxwriter", "python_calamine"}


def test_our_commands_are_found() -> None:
    assert {"run", "once", "prepare", "install", "pull", "push", "inbox", "outbox", "deadline", "journal"} <= OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_says_what_it_does(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert command.help.strip()
    module = sys.modules[type(command).__module__]
    assert module.__doc__
    assert name in module.__doc__ or command.help


@pytest.mark.parametrize("code", sorted(registry.ADAPTERS))
def test_adapters_are_equal_drawers(code: str) -> None:
    kind = import_string(registry.ADAPTERS[code])
    assert kind.code == code
    assert all(kind.label)
    assert code in platforms.VARIABLES
    for part in ("client", "mapping", "adapter"):
        assert importlib.import_module(f"integrations.adapters.{code}.{part}").__doc__
    for method in ("fetch", "fetch_one", "read", "deliver", "look", "download", "ledger"):
        assert callable(getattr(kind, method)), method


def test_the_stand_ins_import_nothing_of_ours() -> None:
    foreign = set()
    for path in (ROOT / "integrations" / "platforms").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level < 2, f"{path.name} reaches out of its folder"
                names = [node.module or ""] if node.level == 0 else []
            foreign |= {name.split(".")[0] for name in names}
    assert foreign - set(sys.stdlib_module_names) <= DOCUMENTS


def test_every_channel_has_letters_of_its_own() -> None:
    assert set(numbering.PREFIX) == set(Channel)
    assert len(set(numbering.PREFIX.values())) == len(Channel)


def test_every_guarded_column_is_a_column() -> None:
    columns = {field.attname for field in Ticket._meta.concrete_fields}
    assert set(Ticket.GUARDED) <= columns


def test_every_edge_of_people_has_an_address_and_an_endpoint() -> None:
    people = frozenset(Role) - {Role.ADAPTER, Role.SYSTEM}
    wanted = {edge.action for edge in TABLE if edge.roles & people}
    assert wanted == set(ACTS)
    assert {f"ticket.act.{action.value}" for action in wanted} <= set(ENDPOINTS)


def test_the_made_up_bureau_has_every_role_of_people() -> None:
    held = {code for person in office.people(office.read()) for code in person["roles"]}
    assert held == {role.value for role in Role if role not in (Role.ADAPTER, Role.SYSTEM)}


def test_made_up_people_are_visibly_made_up() -> None:
    day = json.loads((ROOT / "integrations/platforms/made_up_day.json").read_text(encoding="utf-8"))
    rows = [row for part in day.values() if isinstance(part, list) for row in part]
    phones = [str(row["phone"]) for row in rows if row.get("phone")]
    assert phones
    assert [phone for phone in phones if not phone.startswith("1990000")] == []
    for person in office.people(office.read()):
        assert person["name"].startswith("测试")


def test_every_application_names_itself_in_chinese() -> None:
    for label in ("tickets", "hotline", "integrations"):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in str(apps.get_app_config(label).verbose_name))


def names_of(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """The names that stand in no namespace of somebody else's."""
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += [] if pattern.namespace else names_of(pattern.url_patterns)
        elif pattern.name:
            found.append(pattern.name)
    return found


def test_no_two_addresses_have_one_name() -> None:
    names = names_of(get_resolver().url_patterns)
    assert len(names) == len(set(names))


def test_languages_are_chinese_first_and_english() -> None:
    assert settings.LANGUAGE_CODE == "zh-hans"
    assert [code for code, _ in settings.LANGUAGES] == ["zh-hans", "en"]
