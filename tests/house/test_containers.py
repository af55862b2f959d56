"""Dockerfile and docker-compose.yml: every command, variable, path and health address they name exists; no secret has a default."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
SECRET = re.compile(r"PASSWORD|SECRET_KEY|VAULT_KEY|JOURNAL_KEY")
#: No secret of the house: a number of days, and the password of a mail server that may not be there. Empty, or given.
MAY_BE_EMPTY = {"PASSWORD_DAYS", "ALERT_EMAIL_PASSWORD"}
#: The image's own affair: its folders lie in the volume.
OF_THE_IMAGE = {"HOTLINE_VAR", "ATTACHMENTS_FOLDER", "CHECKPOINT_FILE", "STATIC_ROOT"}


def instructions(name: str) -> list[str]:
    return [line.split(None, 1)[1] for line in DOCKERFILE if line.startswith(f"{name} ")]


def commands() -> list[list[str]]:
    """Every command line of ours, in the images and in the services, and those of their health checks."""
    found = [json.loads(text) for text in instructions("CMD")]
    found += [json.loads(text.split(" CMD ", 1)[1]) for text in instructions("HEALTHCHECK")]
    found += [text.split() for text in instructions("RUN") if text.startswith("python manage.py")]
    for service in OURS.values():
        found += [service["command"]] if "command" in service else []
        test = service.get("healthcheck", {}).get("test", [])
        found += [test[1:]] if test[:1] == ["CMD"] else []
        found += [test[1].split()] if test[:1] == ["CMD-SHELL"] else []
    return found


def check_manage(command: list[str]) -> None:
    name, options = command[2], [part for part in command[3:] if part.startswith("--")]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert set(options) <= set(parser._option_string_actions)


def check_module(command: list[str]) -> None:
    module = command[2]
    found = importlib.util.find_spec(module)
    assert found is not None, module
    if found.submodule_search_locations:
        parser = importlib.import_module(f"{module}.__main__").parser()
        assert {part for part in command[3:] if part.startswith("--")} <= set(parser._option_string_actions)


def check_celery(command: list[str]) -> None:
    from celery.bin.celery import celery as programs

    app = importlib.import_module(command[2]).celery_app
    assert app.main == "hotline"
    known = {option for parameter in programs.commands[command[3]].params for option in parameter.opts}
    assert {part for part in command[4:] if part.startswith("--")} <= known


def check_gunicorn(command: list[str]) -> None:
    from gunicorn.config import KNOWN_SETTINGS

    module, name = command[1].split(":")
    assert callable(getattr(importlib.import_module(module), name))
    known = {option for setting in KNOWN_SETTINGS for option in setting.cli or ()}
    assert {part for part in command[2:] if part.startswith("--")} <= known


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(command)[:60])
def test_every_command_exists_with_its_options(command: list[str]) -> None:
    if command[:2] == ["python", "manage.py"]:
        check_manage(command)
    elif command[:2] == ["python", "-m"]:
        check_module(command)
    elif command[0] == "celery":
        check_celery(command)
    elif command[0] == "gunicorn":
        check_gunicorn(command)
    else:
        assert command[0] == "find"
        assert command[1] == variables_of_the_image()["HOTLINE_VAR"]


def variables_of_the_image() -> dict[str, str]:
    pairs = [pair.split("=", 1) for text in instructions("ENV") for pair in text.split()]
    return dict(pairs)  # type: ignore[arg-type]


def test_every_variable_is_read_somewhere() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").rglob("*.py"))
    theirs = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    named = set(variables_of_the_image()) | {name for service in OURS.values() for name in service["environment"]}
    unread = {name for name in named - theirs if f'"{name}"' not in code}
    assert unread == set()


def test_what_operations_describe_can_be_set() -> None:
    """A variable that compose does not hand on does nothing in production, whatever the document says."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("### Other variables")[2].partition("## Health")[0]
    told = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1] if "|" in row else "")
    }
    assert len(told) > 30
    assert told - set(OURS["web"]["environment"]) - OF_THE_IMAGE == set()


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, rest in re.findall(r"(?<!\$)\$\{([A-Z_]+)(.*?)\}", text):
        if SECRET.search(name):
            assert rest == ":-" if name in MAY_BE_EMPTY else rest.startswith(":?"), f"{name} must be given"
    assert re.search(r"(PASSWORD|_KEY)=\S", "\n".join(DOCKERFILE)) is None


def test_health_addresses_exist() -> None:
    named = [command[-1] for command in commands() if command[:3] == ["python", "-m", "config.probe"]]
    assert len(named) == 2
    for path in named:
        assert resolve(path)


def test_all_parts_are_watched_and_wait_for_each_other() -> None:
    assert {"web", "worker", "beat", "database", "redis", "migrations", "stand-ins"} == set(SERVICES)
    assert SERVICES["stand-ins"]["profiles"] == ["stand-ins"]
    for name, service in SERVICES.items():
        if name != "migrations":
            assert "healthcheck" in service, name
        for other in service.get("depends_on", {}):
            assert other in SERVICES
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrations"]["condition"] == "service_completed_successfully"


def test_only_the_migrations_own_the_tables() -> None:
    for name, service in OURS.items():
        as_owner = "//owner:" in service["environment"].get("DATABASE_URL", "")
        assert as_owner == (name == "migrations")


def test_the_image_runs_as_nobody_special_and_copies_what_exists() -> None:
    assert instructions("USER") == ["house"]
    sources = [text.split()[:-1] for text in instructions("COPY") if not text.startswith("--from")]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in (name for group in sources for name in group):
        assert (ROOT / source).exists(), source
        assert source in let_in, f"{source} is kept out by .dockerignore"


def test_ports_agree() -> None:
    bind = next(command for command in commands() if command[0] == "gunicorn")
    port = bind[bind.index("--bind") + 1].rsplit(":", 1)[1]
    assert instructions("EXPOSE") == [port]
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{port}:{port}"]
