"""docs/adding-an-adapter.md works: its code is taken from the page, checked, tested by its own tests, and takes in a matter and a reply."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from django.test import override_settings

import integrations.adapters
import tests.integrations.adapters
from integrations import pull, push, registry
from tests.integrations.scripted import Asked, Say, Scripted, as_json
from tests.tickets.making import NOW, make_reference
from tickets.actions import outbox
from tickets.domain.messages import Telling
from tickets.models import Inquiry, OutboxRow, Post

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-an-adapter.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(
    re.findall(r"^`([\w/.]+\.py)`[^\n]*:\n\n```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
)


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's files in a folder of their own that the two packages see."""
    for path, code in BLOCKS.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code, encoding="utf-8")
    (tmp_path / "tests/integrations/adapters/echo/__init__.py").touch()
    packages: tuple[ModuleType, ...] = (integrations.adapters, tests.integrations.adapters)
    for package in packages:
        here = str(tmp_path / package.__name__.replace(".", "/"))
        monkeypatch.setattr(package, "__path__", [*package.__path__, here])
    yield tmp_path
    for name in [name for name in sys.modules if ".adapters.echo" in name]:
        del sys.modules[name]
    for package in packages:
        package.__dict__.pop("echo", None)


def test_the_page_holds_the_five_files() -> None:
    names = [Path(path).name for path in BLOCKS]
    assert names == ["client.py", "mapping.py", "adapter.py", "__init__.py", "test_adapter.py"]


@pytest.mark.parametrize("path", BLOCKS)
@pytest.mark.parametrize("command", [["check", "--ignore", "I001"], ["format", "--check"]])
def test_its_code_is_clean(path: str, command: list[str]) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", ROOT / path, "-"],
        cwd=ROOT, input=BLOCKS[path], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_its_own_tests_pass(followed: Path) -> None:
    module = importlib.import_module("tests.integrations.adapters.echo.test_adapter")
    functions = [value for name, value in vars(module).items() if name.startswith("test_")]
    assert len(functions) == 3
    for function in functions:
        function()


@pytest.mark.django_db
def test_what_echo_sends_becomes_a_ticket_and_a_reply_goes_back(followed: Path) -> None:
    record = importlib.import_module("tests.integrations.adapters.echo.test_adapter").RECORD

    def platform(asked: Asked) -> Say:
        if asked.method == "POST":
            return as_json({"receipt": "R1"})
        return as_json({"items": [record, {"number": "2"}], "next": "2", "more": False})

    make_reference()
    with Scripted(by=platform) as server:
        given = {"url": server.url, "key": "k", "adapter": "integrations.adapters.echo.EchoAdapter"}
        with override_settings(INTEGRATIONS={"echo": given}):
            registry.sync_sources()
            assert pull.pull("echo", clock=clock).lots == {"ticket": 1, "done": 1, "parked": 1}
            inquiry = Inquiry.objects.get(source="echo")
            outbox.enqueue(inquiry=inquiry, telling=Telling.REPLY, facts={"text": "已修复。"}, now=NOW)
            assert outbox.enqueue(inquiry=inquiry, telling=Telling.SIGN, facts={}, now=NOW) is None
            assert push.push("echo", clock=clock) == {"accepted": 1}
    assert inquiry.ticket.content == record["text"]
    assert OutboxRow.objects.get().post == Post.ACCEPTED


def clock() -> datetime:
    return NOW
