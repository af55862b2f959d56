"""``make screenshots``: every page of the house, wide and on a phone, in both languages, into docs/screenshots."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.supervise import ports
from tests.servers import chromium
from tests.servers.house import ROOT, Started

from .desk import PHONE, WIDE, Desk
from .places import ROLES, walk

FOLDER = ROOT / "docs" / "screenshots"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SIZES = {"wide": WIDE, "phone": PHONE}
OPEN = ("/", "/login/", "/progress/")


def main() -> None:
    """One house with a year of made-up matters; each page once, before the first role that comes to it."""
    with _house() as house, _browser() as browser:
        for short, language in LANGUAGES.items():
            for name, size in SIZES.items():
                folder = FOLDER / short
                folder.mkdir(parents=True, exist_ok=True)
                count = sum(1 for _ in _taken(browser, house, folder, name, size, language))
                print(f"{folder.relative_to(ROOT)}: {count} pages, {name}", flush=True)


def _taken(
    browser: Browser, house: Started, folder: Path, name: str, size: tuple[int, int], language: str
) -> Iterator[None]:
    stranger = Desk(browser, house, size=size, language=language)
    for address in OPEN:
        stranger.go(address)
        yield _shot(stranger, folder / f"open-{address.strip('/') or 'home'}-{name}.png")
    stranger.close()
    seen: set[str] = set()
    for account, role in ROLES.items():
        person = Desk(browser, house, account, size=size, language=language)
        for kind in walk(person):
            if kind not in seen:
                seen.add(kind)
                yield _shot(person, folder / f"{role}-{kind.replace(':', '-')}-{name}.png")
        person.close()


def _shot(person: Desk, path: Path) -> None:
    person.page.wait_for_load_state("networkidle")
    person.page.screenshot(path=path)


@contextmanager
def _house() -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="hotline-screenshots-") as folder:
        house = Started(Path(folder), port=ports.any_free(), stand_ins=ports.any_free(), AUTOPILOT="0")
        try:
            house.up()
            house.manage("seed", "--size", "XS")
            yield house
        finally:
            house.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        yield player.chromium.launch(executable_path=chromium.find(), args=chromium.OPTIONS)


if __name__ == "__main__":
    sys.exit(main())
