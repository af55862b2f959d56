"""A real Chromium before the whole house: `manage.py run` with its demonstration, its platforms played by the stand-ins.

A machine that has no Chromium and cannot fetch one leaves these tests out, and the run says so."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from config.supervise import ports
from tests.servers import NoServer, chromium
from tests.servers.house import Started

from .desk import Desk

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Its platforms decide nothing by themselves, are asked each second, and have sent their whole day before the first test."""
    var = tmp_path_factory.mktemp("browser")
    quick = {"AUTOPILOT": "0", "PULL_EVERY": "1"}
    started = Started(var, port=ports.any_free(), stand_ins=ports.any_free(), **quick)
    try:
        started.up()
        started.whole_day()
        yield started
    finally:
        started.close()


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(player: Playwright) -> Iterator[Browser]:
    try:
        program = chromium.find()
    except NoServer as missing:
        pytest.skip(f"{chromium.MISSING}: {missing}")
    opened = player.chromium.launch(executable_path=program, args=chromium.OPTIONS)
    yield opened
    opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remembers that a test failed, so that its desks leave a picture behind."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def _pictured(desk: Desk, path: Path) -> None:
    """What stood on the screen when the test failed; a browser that can take no picture has no say in the verdict."""
    try:
        desk.page.screenshot(path=path)
    except Error as why:
        print(f"no picture of the last page: {why.message}")


@pytest.fixture
def desk(
    browser: Browser, house: Started, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Desk]]:
    """``desk("paidan")``: that account signed in, in a browser of its own; what the console complained of fails the test."""
    opened: list[Desk] = []

    def open_(account: str = "", **how: str | bool) -> Desk:
        opened.append(Desk(browser, house, account, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for number, each in enumerate(opened):
        if request.node.stash[FAILED]:
            _pictured(each, tmp_path / f"last-{number}.png")
        each.close()
    complaints = [complaint for each in opened for complaint in each.complaints]
    assert not complaints, complaints


@pytest.fixture(scope="session")
def peopled(house: Started) -> None:
    """A house in which a year has passed: a thousand made-up matters in every state."""
    house.manage("seed", "--size", "XS", "--add")
