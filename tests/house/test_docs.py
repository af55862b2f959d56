"""What the documents say is so: commands, options, targets, variables, paths, modules, addresses, links, and both READMEs alike."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError, CommandParser
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from rest_framework.test import APIClient

from config import oidc, platforms, secrets
from tests.tickets.making import make_reference, make_source, make_user
from tickets.domain.words import Role
from tickets.management import life

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if path.is_file()
)
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
PACKAGES = ("config", "docs", "hotline", "integrations", "tests", "tickets")
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGE_OF_ECHO = "docs/adding-an-adapter.md"  # what it adds is not here yet; its own test follows it


def inline(name: str) -> list[str]:
    """Everything in back quotes, outside fenced blocks."""
    return CODE.findall(FENCED.sub("", TEXTS[name]))


def shell(name: str) -> list[str]:
    """The lines of fenced shell blocks, continued lines joined, remarks left out."""
    blocks = [text for kind, text in FENCED.findall(TEXTS[name]) if kind == "sh"]
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def sayings(name: str) -> list[str]:
    return [*inline(name), *shell(name)]


def test_every_document_is_looked_at() -> None:
    assert {"README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", PAGE_OF_ECHO} <= set(DOCUMENTS)
    assert len(DOCUMENTS) > 20


# --- commands --------------------------------------------------------------------------------------------------------


def managed() -> list[tuple[str, str]]:
    """(document, what follows manage.py)."""
    found = [
        (name, said.partition("manage.py ")[2].split("#")[0].strip()) for name in DOCUMENTS for said in sayings(name)
    ]
    return [(name, said) for name, said in found if said]


@pytest.mark.parametrize(("name", "said"), managed())
def test_every_command_of_the_documents_can_be_given_so(name: str, said: str) -> None:
    command, *arguments = shlex.split(said)
    assert command in get_commands(), said
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    if name == PAGE_OF_ECHO:
        return
    refusal = refused(parser, arguments)
    if refusal and not arguments:  # a sentence may name a command without what it needs
        assert "required" in refusal
    else:
        assert refusal == ""


def refused(parser: CommandParser, arguments: list[str]) -> str:
    try:
        parser.parse_args(arguments)
    except CommandError as error:
        return str(error)
    return ""


def test_the_operations_page_shows_every_command_of_ours() -> None:
    ours = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert {"pull", "push", "inbox", "outbox", "journal", "run_timers", "deadline", "life", "prepare"} <= ours
    assert ours - {said.split()[0] for name, said in managed() if name == "docs/operations.md"} == set()


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        word
        for name in DOCUMENTS
        for said in sayings(name)
        for word in re.findall(r"(?:^|[ 、，；])make ([a-z][a-z-]*)", said)
    }
    assert {"run", "test", "check", "bench"} <= asked
    assert asked <= targets


# --- variables -------------------------------------------------------------------------------------------------------


def read_by_the_code() -> set[str]:
    """Every variable that settings, commands, Makefile or docker-compose read."""
    found = set(secrets.NAMES)
    for names in (*platforms.VARIABLES.values(), oidc.VARIABLES):
        found |= set(names.values())
    asking = re.compile(
        r'(?:text|flag|number|words|folder|environ\.get|getenv)\(\s*"([A-Z][A-Z0-9_]+)"|environ\["([A-Z_]+)"\]'
    )
    for path in [*(ROOT / "config").rglob("*.py"), *(ROOT / "tests").glob("*.py")]:
        found |= {one or other for one, other in asking.findall(path.read_text(encoding="utf-8"))}
    found |= set(re.findall(r"^([A-Z_]+) \?=", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_variable_of_the_documents_is_read() -> None:
    known = read_by_the_code()
    assert {"DATABASE_URL", "HOTLINE_VAULT_KEY", "PORT", "RECORDS", "SIZE"} <= known
    unread = {}
    for name in DOCUMENTS:
        if name == PAGE_OF_ECHO:
            continue
        words = {
            word for said in sayings(name) for word in re.findall(r"(?<![\w.])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", said)
        }
        words |= {word for said in sayings(name) for word in re.findall(r"(?<![\w-])([A-Z]{3,})=", said)}
        if words - known:
            unread[name] = sorted(words - known)
    assert unread == {}


def test_operations_name_every_variable_that_production_needs() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"^  ([A-Z][A-Z_]+):", compose, re.MULTILINE)) - {"DJANGO_SETTINGS_MODULE"}
    assert len(named) > 15
    assert {name for name in named if f"`{name}`" not in TEXTS["docs/operations.md"]} == set()


# --- paths, modules, addresses, links --------------------------------------------------------------------------------


def test_every_path_exists() -> None:
    gone = {}
    for name in DOCUMENTS:
        paths = {
            said.split(":")[0].rstrip("/") for said in inline(name) if re.fullmatch(r"[\w./-]+", said) and "/" in said
        }
        ours = {path for path in paths if path.split("/")[0] in PACKAGES and "echo" not in path}
        missing = sorted(path for path in ours if not (ROOT / path).exists())
        if missing:
            gone[name] = missing
    assert gone == {}


def test_every_module_and_name_of_ours_can_be_imported() -> None:
    shown = set()
    for name in DOCUMENTS:
        shown |= {said for said in inline(name) if re.fullmatch(r"(config|hotline|integrations|tickets)(\.\w+)+", said)}
    assert len(shown) > 25
    for dotted in sorted(shown):
        try:
            importlib.import_module(dotted)
        except ModuleNotFoundError:
            import_string(dotted)


ADDRESS = re.compile(r"(?:\$B|(?<![\w./:<-]))(/(?:api|live|ready|hooks)[\w./<>-]*)")


def addresses() -> list[tuple[str, str]]:
    return sorted({(name, found) for name in DOCUMENTS for said in sayings(name) for found in ADDRESS.findall(said)})


@pytest.mark.parametrize(("name", "address"), addresses())
def test_every_address_is_served(name: str, address: str) -> None:
    filled = address.replace("<number>", "SZ-2026-0000001").replace("<action>", "sign").replace("<code>", "business")
    try:
        found = resolve(filled)
    except Resolver404:
        pytest.fail(f"{name} names {address}")
    assert "nowhere" not in str(found.func)


def test_every_link_leads_somewhere() -> None:
    broken = []
    for name, text in TEXTS.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text)):
            if not target.startswith(("http:", "https:")):
                path = ((ROOT / name).parent / target.split("#")[0]).resolve()
                broken += [] if path.exists() else [f"{name}: {target}"]
    assert broken == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_leads_to_every_document(readme: str) -> None:
    linked = set(re.findall(r"\]\(([^)\s]+\.md)\)", TEXTS[readme]))
    other = {"README.md", "README.zh-CN.md"} - {readme}
    language = "en" if readme == "README.md" else "zh"
    apart = ("docs/decisions/0", "docs/guide/")  # the guide's first page leads to its others
    wanted = {name for name in DOCUMENTS if not name.startswith(apart)} - {readme} | {f"docs/guide/{language}/start.md"}
    assert linked >= wanted | other


# --- the READMEs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_life_of_a_ticket_is_the_transition_table(readme: str, language: life.Language) -> None:
    assert life.section(language) in TEXTS[readme], "manage.py life --write"
    assert life.replaced(TEXTS[readme], language) == TEXTS[readme]


def test_the_command_prints_what_the_readme_shows() -> None:
    said = StringIO()
    call_command("life", language="en", stdout=said)
    assert said.getvalue().strip() in TEXTS["README.md"]


def test_a_readme_without_markers_is_left_alone() -> None:
    with pytest.raises(ValueError, match="markers"):
        life.replaced("no markers", "en")


def test_both_readmes_say_the_same() -> None:
    english, chinese = (life_cut(TEXTS[name]) for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"^#+ ", r"^\| ", r"^\* ", r"^```"):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(re.findall(pattern, chinese, re.MULTILINE)), (
            pattern
        )
    told = [{said for said in CODE.findall(FENCED.sub("", text)) if said.isascii()} for text in (english, chinese)]
    told = [{said.replace("RECORDS=folder", "RECORDS=") for said in each} for each in told]
    assert {said for said in told[0] ^ told[1] if not said.startswith("make run ONCE=1 RECORDS")} == set()
    assert [line.split("#")[0].strip() for line in commands(english)] == [
        line.split("#")[0].strip() for line in commands(chinese)
    ]


def life_cut(text: str) -> str:
    return text.partition(life.BEGIN)[0] + text.partition(life.END)[2]


def commands(text: str) -> list[str]:
    return [line for kind, block in FENCED.findall(text) if kind == "sh" for line in block.splitlines()]


# --- the others ------------------------------------------------------------------------------------------------------


def test_changes_are_told_to_each_reader() -> None:
    newest = TEXTS["CHANGELOG.md"].split("\n## ")[1]
    assert re.findall(r"^### For (.+?) ·", newest, re.MULTILINE) == [
        "the people of the office",
        "those who run it",
        "developers",
    ]


def test_decisions_are_numbered_listed_and_whole() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    index = TEXTS["docs/decisions/README.md"]
    for name in names:
        text = TEXTS[f"docs/decisions/{name}"]
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], name
        title = re.match(r"# \d+\. (.+)\n", text)
        assert title is not None
        assert f"[{title[1]}]({name})" in index


def test_every_code_of_a_refusal_is_one_of_ours() -> None:
    sources = [*(ROOT / "hotline").rglob("*.py"), *(ROOT / "tickets").rglob("*.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in sources)
    rows = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", TEXTS["docs/api.md"], re.MULTILINE)
    assert len(rows) > 10
    for _status, codes in rows:
        for code in CODE.findall(codes):
            assert f'"{code}"' in written, code


@pytest.mark.django_db
def test_the_example_of_the_api_page_logs_a_matter() -> None:
    make_reference()
    make_source("direct")
    user = make_user("paidan", roles=(Role.DISPATCHER, Role.INTAKE))
    (example,) = [
        json.loads(found) for found in re.findall(r"-d '(\{\s+\"channel\".*?\})'", TEXTS["docs/api.md"], re.DOTALL)
    ]
    client = APIClient()
    client.force_authenticate(user)
    answer = client.post("/api/tickets", example, format="json", headers={"Idempotency-Key": "call-0001"})
    assert answer.status_code == 201, answer.content
    body = json.loads(answer.content)
    assert body["lookup_code"]
    assert "duplicates" in body
    chase = client.post(
        f"/api/tickets/{body['number']}/chase/", {"content": "请尽快联系群众。"}, format="json",
        headers={"If-Match": answer["ETag"], "Idempotency-Key": "chase-0001"},
    )  # fmt: skip
    assert chase.status_code == 200, chase.content
    assert client.get("/api/deadline", {"start": "2026-09-30T10:00", "terms": "5 working days"}).status_code == 200


def test_the_project_speaks_of_itself_alone() -> None:
    for name, text in TEXTS.items():
        assert not re.search(r"/work/|/tmp/|\bTODO\b|\bTBD\b", text), name
