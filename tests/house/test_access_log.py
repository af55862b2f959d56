"""The access log of a really started gunicorn: neither what was looked for nor a one-time link stands in it."""

from __future__ import annotations

import json
import logging
import subprocess
import urllib.request
from pathlib import Path

import pytest
from django.test import Client

from config.logs import AccessLog, bare
from config.supervise import ports
from config.supervise.plan import Plan
from tests.house.test_containers import instructions
from tests.servers.house import within

NUMBER, TOKEN = "13912345678", "WyJhYmMi:1xYz:secret"
APPLICATION = "config.wsgi:application"


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Referer": f"http://house/search/?q={NUMBER}"}), timeout=5
        ) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_no_query_no_referring_page_and_no_link_is_written(tmp_path: Path) -> None:
    plan = Plan(var=tmp_path, runtime=tmp_path, port=ports.any_free())
    command = plan.web()
    command[command.index(APPLICATION)] = "wsgiref.simple_server:demo_app"
    log = tmp_path / "web.log"
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT) as process:
        try:
            assert within(30, lambda: answers(f"{plan.address}/api/tickets?q={NUMBER}")), log.read_text()
            assert answers(f"{plan.address}/join/{TOKEN}/?next={NUMBER}")
            assert within(10, lambda: "/join/" in log.read_text())
        finally:
            process.terminate()
            process.wait(40)
    written = log.read_text()
    assert "GET /api/tickets HTTP/1.1" in written
    assert NUMBER not in written
    assert "secret" not in written


def test_the_image_starts_it_with_the_same_log() -> None:
    command = json.loads(instructions("CMD")[0])
    assert command[command.index("--logger-class") + 1] == f"{AccessLog.__module__}.{AccessLog.__name__}"


def test_an_address_is_written_bare() -> None:
    assert bare(f"/join/{TOKEN}/?a=1") == "/join/-/"
    assert bare("/tickets/SZ-1/") == "/tickets/SZ-1/"


@pytest.mark.django_db
def test_djangos_own_lines_name_no_link_either(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("django.request").warning("untouched %s", 5)
    assert Client().get(f"/join/{TOKEN}/").status_code >= 400
    assert "untouched 5" in caplog.text
    assert "Forbidden: /join/-/" in caplog.text
    assert "secret" not in caplog.text
