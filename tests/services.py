"""An early pytest plugin that brings a real PostgreSQL and a real Redis before Django's settings are read.

Where they come from: the environment (DATABASE_URL, REDIS_URL), this machine's running servers, the wheels, the machine's
programs, apt; else it fails loudly. ``TEST_ON=sqlite`` runs what is marked ``everywhere`` on SQLite with a real Redis. ``TEST_WHOLE=1``
(`make test`) fails a run in which a test was skipped, or, on PostgreSQL, not chosen; where no Chromium is to be had, it only says so.
Servers are started by the controller only; the processes of xdist inherit their addresses, each with a Redis database of its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from .servers import NoServer, Server, chromium, postgres, redis

BASE, EMPTY = "HOTLINE_TEST_REDIS", "HOTLINE_TEST_REDIS_DATABASES"
ON_SQLITE = os.environ.get("TEST_ON", "") == "sqlite"
WHOLE = os.environ.get("TEST_WHOLE", "") == "1"
running: list[Server] = []
folders: list[Path] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django asks for the settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    known = early_config.known_args_namespace
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        _own_redis_database(int(worker.removeprefix("gw")) + 1)
    elif not (known.help or known.version or getattr(known, "collectonly", False)):
        try:
            _bring_up()
        except NoServer as error:
            _close()
            raise pytest.UsageError(str(error)) from error
    try:
        return (yield)
    except BaseException:  # settings or apps that do not load: pytest then never says goodbye
        _close()
        raise


def _bring_up() -> None:
    folder = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    folders.append(folder)
    os.environ["HOTLINE_VAR"] = str(folder)
    if ON_SQLITE:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/hotline.sqlite3"
        running.append(Server("", f"SQLite {sqlite3.sqlite_version} (TEST_ON=sqlite)"))
    else:
        database = postgres.find()
        running.append(database)
        os.environ["DATABASE_URL"] = _own_database(database.url)
    server, empty = redis.find()
    running.append(server)
    os.environ[BASE], os.environ[EMPTY] = server.url, ",".join(map(str, empty))
    _own_redis_database(0)


def _own_database(url: str) -> str:
    """Django makes and drops test_<this name>: the process id keeps two runs on one server apart."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path or '/hotline'}_{os.getpid()}"))


def _own_redis_database(index: int) -> None:
    empty = os.environ.get(EMPTY, "").split(",")
    if index >= len(empty):
        raise pytest.UsageError(
            f"Redis has {len(empty)} unused databases; test process {index} finds none. Use a lower -n."
        )
    os.environ["REDIS_URL"] = f"{os.environ[BASE]}/{empty[index]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite only what is marked for it; there and beside other processes not what must be alone: `make test` runs that by itself."""
    if ON_SQLITE or "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = [item for item in items if not item.get_closest_marker("alone")]
    if ON_SQLITE:
        left_out = [item for item in items if not item.get_closest_marker("everywhere")]
        items[:] = [item for item in items if item.get_closest_marker("everywhere")]
        config.hook.pytest_deselected(items=left_out)


def _sources() -> list[str]:
    return [f"services: {server.source}" for server in running]


def pytest_report_header() -> list[str]:
    """Which servers this run uses."""
    return _sources()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Again at the end, where a person looks."""
    for line in _sources():
        terminalreporter.write_line(line)
    for line in left_out(terminalreporter):
        terminalreporter.write_line(f"LEFT OUT: {line}", red=True)


def left_out(reporter: pytest.TerminalReporter) -> list[str]:
    """Tests that a whole run has not done."""
    unchosen = [] if ON_SQLITE else reporter.stats.get("deselected", [])
    return [each.nodeid for each in (*reporter.stats.get("skipped", []), *unchosen)] if WHOLE else []


def unforgiven(reporter: pytest.TerminalReporter) -> list[str]:
    """Those that this machine could have done."""
    forgiven = {each.nodeid for each in reporter.stats.get("skipped", []) if chromium.MISSING in str(each.longrepr)}
    return [nodeid for nodeid in left_out(reporter) if nodeid not in forgiven]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run with something left out has failed, whatever the rest says."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and unforgiven(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End what was started."""
    _close()


def _close() -> None:
    while running:
        running.pop().close()
    while folders:
        shutil.rmtree(folders.pop(), ignore_errors=True)
