"""``make screenshots``: every page of the house, wide and on a phone, in both languages, into docs/screenshots; and the guide's pictures.

``ONLY=guide`` makes the guide's alone, ``ONLY=pages`` the others."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import django
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from config.supervise import ports
from tests.servers import chromium
from tests.servers.house import ROOT, Started

from .desk import PHONE, WIDE, Desk
from .places import ROLES, walk
from .scenes import CALLER, MATTER, TODAY, Lived, live, type_call, write_reply

FOLDER, PICTURES = ROOT / "docs" / "screenshots", ROOT / "docs" / "guide" / "pictures"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SIZES = {"wide": WIDE, "phone": PHONE}
WALL = (1920, 1080)
OPEN = ("/", "/login/", "/progress/")
COLOURS = 256  # as many as a page of text needs; a picture is a third as large

Sight = Callable[[Desk, Lived], object]


def at(address: str) -> Sight:
    """A page by its address; ``{name}`` is a ticket of the scenes."""
    return lambda person, lived: person.go(address.format(**lived.tickets))


def _first(person: Desk, there: str, wanted: str) -> None:
    """The first link of a page that leads to such an address."""
    person.go(there)
    person.go(next(link for link in person.links() if wanted in link))


def _call(person: Desk, _lived: Lived) -> None:
    person.go("/intake/")
    type_call(person, MATTER, "样例路与示范街交口")


def _reply(person: Desk, lived: Lived) -> None:
    person.open_ticket(lived.tickets["ask_extension"])
    write_reply(person)


def _trial(person: Desk, _lived: Lived) -> None:
    person.go("/rules/")
    person.page.fill("main [name=text]", MATTER)
    person.page.fill("main [name=place]", "样例路与示范街交口")
    person.page.locator("main form button.primary").first.click()
    person.page.locator("#tried .card, #tried .facts, #tried .clocks, #tried .proposal").first.wait_for()


def _caller(person: Desk, lived: Lived) -> None:
    person.go("/progress/")
    person.page.fill("[name=code]", lived.code)
    person.page.fill("[name=digits]", CALLER[-4:])
    person.page.press("[name=digits]", "Enter")
    person.page.wait_for_url("**/progress/matter/**")


#: Picture of the guide -> who stands before which page.
GUIDE: dict[str, tuple[str, tuple[int, int], Sight]] = {
    "queue": ("eng1-chengban", WIDE, at("/desk/?list=queue")),
    "profile": ("eng1-chengban", WIDE, at("/me/")),
    "intake": ("dengji", WIDE, _call),
    "receipt": ("dengji", WIDE, at("/intake/receipt/{receipt}/")),
    "radio": ("dengji", WIDE, lambda person, lived: person.go(lived.radio)),
    "ticket": ("eng1-chengban", WIDE, _reply),
    "hall": ("paidan", WIDE, at("/office/")),
    "compare": ("paidan", WIDE, lambda person, _: _first(person, "/office/duplicates/", "/office/compare/")),
    "follow-up": ("paidan", WIDE, at("/office/followup/")),
    "board": ("lingdao", WIDE, at("/board/")),
    "approve": ("lingdao", PHONE, at("/board/approve/")),
    "platforms": ("paidan", WIDE, at("/platforms/")),
    "rules": ("paidan", WIDE, _trial),
    "setup": ("xitong", WIDE, at("/setup/")),
    "sheets": ("paidan", WIDE, at("/setup/sheets/")),
    "readers": ("shenji", WIDE, at("/tickets/{ask_extension}/readers/")),
    "citizen": ("", WIDE, _caller),
}
LANES = ("returns", "outward", "requests", "sign_off", "to_send", "follow_up", "asked", "overdue", "open")
#: What the walk does not come to: the other lanes of the hall (they are one address), calls without a telephone system.
MORE: dict[str, tuple[str, Sight]] = {
    **{f"hall-{lane}": ("paidan", at(f"/office/?list={lane}")) for lane in LANES},
    "calls": ("dengji", at("/intake/calls/")),
    "requests": ("lingdao", at("/board/approve/?list=requests")),
    "unsent": ("dengji", at("/unsent/")),
}


def main() -> None:
    """One house in which a year and a morning have passed; each page once, before the first role that comes to it."""
    only = os.environ.get("ONLY", "")
    with _house() as house:
        with _browser(LANGUAGES["zh"]) as browser:
            lived = live(lambda account: Desk(browser, house, account))
            places = _found(browser, house) if only != "guide" else []
        if only != "guide":
            for short, language in LANGUAGES.items():
                with _browser(language) as browser:
                    _pages(browser, house, lived, places, short, language)
        if only != "pages":  # last: the pages show those that are there
            for short, language in LANGUAGES.items():
                with _browser(language) as browser:
                    count = _illustrate(browser, house, lived, short, language)
                print(f"docs/guide/pictures/{short}: {count}", flush=True)


def _pages(browser: Browser, house: Started, lived: Lived, places: list[Place], short: str, language: str) -> None:
    """Every page in one language, wide and on a phone."""
    for name, size in SIZES.items():
        count = sum(1 for _ in _taken(browser, house, places, FOLDER / short, name, size, language))
        count += _seen(browser, house, lived, FOLDER / short, name, size, language)
        print(f"docs/screenshots/{short}: {count} pages, {name}", flush=True)


def _illustrate(browser: Browser, house: Started, lived: Lived, short: str, language: str) -> int:
    """The guide's pictures in one language; how many."""
    for name, (account, size, sight) in GUIDE.items():
        person = Desk(browser, house, account, size=size, language=language)
        sight(person, lived)
        _shot(person, PICTURES / short / f"{name}.png")
        person.close()
    return len(GUIDE)


def _seen(
    browser: Browser, house: Started, lived: Lived, folder: Path, name: str, size: tuple[int, int], language: str
) -> int:
    """The sights of the guide and those that no link leads to, at this size; how many."""
    sights = {word: (account, sight) for word, (account, _size, sight) in GUIDE.items()} | MORE
    for word, (account, sight) in sights.items():
        person = Desk(browser, house, account, size=size, language=language)
        sight(person, lived)
        _shot(person, folder / f"sight-{word}-{name}.png")
        person.close()
    return len(sights)


class Place(NamedTuple):
    """A page and who stands before it."""

    account: str
    role: str
    kind: str
    address: str


def _found(browser: Browser, house: Started) -> list[Place]:
    """One page of each kind, before the first role that comes to it: looked for once, so that every size and language shows the same."""
    found: dict[str, Place] = {}
    for account, role in ROLES.items():
        person = Desk(browser, house, account)
        for kind in walk(person):
            found.setdefault(kind, Place(account, role, kind, person.page.url.removeprefix(house.address)))
        person.close()
    return list(found.values())


def _taken(
    browser: Browser, house: Started, places: list[Place], folder: Path, name: str, size: tuple[int, int], language: str
) -> Iterator[None]:
    stranger = Desk(browser, house, size=size, language=language)
    for address in OPEN:
        stranger.go(address)
        yield _shot(stranger, folder / f"open-{address.strip('/') or 'home'}-{name}.png")
    stranger.close()
    for account, theirs in groupby(places, key=attrgetter("account")):
        person = Desk(browser, house, account, size=size, language=language)
        for place in theirs:
            person.go(place.address)
            yield _shot(person, folder / f"{place.role}-{place.kind.replace(':', '-')}-{name}.png")
        person.close()
    if size == WIDE:
        wall = Desk(browser, house, "lingdao", size=WALL, language=language)
        wall.go("/board/screen/")
        yield _shot(wall, folder / "screen-1920x1080.png")
        wall.close()


def _shot(person: Desk, path: Path) -> None:
    """What the window shows, in few colours."""
    person.page.wait_for_load_state("networkidle")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(person.page.screenshot())) as taken:
        taken.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            path, optimize=True
        )


@contextmanager
def _house() -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="hotline-screenshots-") as folder:
        house = Started(
            Path(folder), port=ports.any_free(), stand_ins=ports.any_free(), AUTOPILOT="0", HOTLINE_NOW=f"{TODAY}T10:20"
        )
        try:
            house.up()
            house.manage("seed", "--size", "XS", "--add")
            yield house
        finally:
            house.close()


@contextmanager
def _browser(language: str) -> Iterator[Browser]:
    """One whose own words (a field for a day) are in the language of the pages, where it has them."""
    with sync_playwright() as player:
        yield player.chromium.launch(
            executable_path=chromium.find(), args=chromium.OPTIONS, env=os.environ | chromium.speaking(language)
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()  # for the names of addresses
    sys.exit(main())
