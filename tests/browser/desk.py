"""One person before a browser: signed in by the page, in a window of a size, light or dark, in a language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from tests.servers.house import Started

WIDE, PHONE, NARROW = (1366, 768), (390, 844), (360, 740)
#: What axe calls these is a fault; "moderate" and "minor" are advice.
SERIOUS = ("critical", "serious")
AXE = Axe()
#: What the console says of an answer of 4xx, which the page tells its reader, and of a hint given up because the page was left
#: (``htmx:sendAbort``; a dead line says ``htmx:sendError`` and stays a complaint).
TOLD = ("Failed to load resource", "Response Status Error Code 4", "htmx:afterRequest,", "htmx:sendAbort,")


class Desk:
    """``page`` is Playwright's; ``complaints`` what the console said: errors, refused scripts and styles."""

    def __init__(
        self,
        browser: Browser,
        house: Started,
        account: str = "",
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        language: str = "zh-hans",
        reads: bool = False,
    ) -> None:
        self.house, self.complaints, self.content_type = house, list[str](), ""
        width, height = size
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale="zh-CN",
            reduced_motion="reduce",
            has_touch=size != WIDE,
            base_url=house.address,
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": house.address}])
        if reads:  # the copy button writes to it
            self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._heard)
        self.page.on("dialog", lambda asked: asked.accept())  # "Really?" - yes
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        if account:
            self.sign_in(account)

    def _heard(self, message: ConsoleMessage) -> None:
        """A status of 4xx that a test provokes is told to the page and no complaint."""
        if message.type == "error" and not message.text.startswith(TOLD):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, account: str) -> None:
        """By the page, as people do."""
        self.go("/login/")
        self.page.fill("[name=login]", account)
        self.page.fill("[name=password]", self.house.passwords[account])
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def go(self, path: str) -> int:
        """Open an address; the status of the answer."""
        answer = self.page.goto(path)
        self.content_type = answer.headers.get("content-type", "") if answer else ""
        return answer.status if answer else 0

    def links(self) -> list[str]:
        """Where the page leads within the house, in its order; what a link downloads is no page."""
        found: list[str] = self.page.eval_on_selector_all(
            "a[href]:not([download])", "all => all.map(each => new URL(each.href, location.href).href)"
        )
        return [address.removeprefix(self.house.address) for address in found if address.startswith(self.house.address)]

    def text(self) -> str:
        """All that can be read on the page, once it is whole."""
        self.page.wait_for_load_state()
        return self.page.inner_text("body")

    def open_ticket(self, number: str) -> None:
        """Its page."""
        assert self.go(f"/tickets/{number}/") == 200

    def finds(self, number: str, path: str) -> bool:
        """Whether the ticket stands in a list, on whichever of its pages."""
        self.go(path)
        following = self.page.locator("a[rel=next]")
        while number not in self.page.content() and following.count():
            self.go(str(following.first.get_attribute("href")))
        return number in self.page.content()

    def act(self, action: str, **fields: Any) -> str:
        """Press the button of an act on the ticket's page, fill in its dialog, confirm. What the page says then."""
        before = self.page.url
        dialog = self.press(action)
        dialog.or_(self.page.locator(".said:not([hidden])")).first.wait_for()
        if dialog.count():
            for name, value in fields.items():
                self.fill(dialog, name, value)
            dialog.locator("button.primary").first.click()
        self.page.locator(".said:not([hidden])").first.wait_for()
        self.page.wait_for_load_state()  # with its scripts: a key pressed before them is lost
        assert self.page.url.split("?")[0] == before.split("?")[0]
        return self.said()

    def press(self, action: str) -> Locator:
        """The button of an act; the form of its dialog, which is not there where the act asks nothing."""
        self.forget()
        self._button(action).click()
        return self.page.locator(f'#act form[action*="/{action}/"]')

    def _button(self, action: str) -> Locator:
        """The link or the button of an act, in the bar or under "other acts"."""
        path = f'a[href*="/{action}/"], form[action*="/{action}/"] button[type="submit"]'
        button = self.page.locator("main").locator(path).first
        if not button.is_visible():
            self.page.locator("main details.drop", has=self.page.locator(path)).first.locator("summary").first.click()
        return button

    def forget(self) -> None:
        """What was said before is no answer to what comes."""
        self.page.eval_on_selector_all(".said:not([hidden])", "all => all.forEach(each => each.remove())")

    def said(self) -> str:
        """The line at the head of the page about what has just been done or refused."""
        return self.page.locator(".said:not([hidden])").first.inner_text()

    def fill(self, where: Page | Locator, name: str, value: Any) -> None:
        """One field, whatever it is."""
        field = where.locator(f'[name="{name}"]').first
        kind = field.evaluate("field => field.type || field.tagName")
        if kind == "select-one":
            field.select_option(str(value))
        elif kind in ("radio", "checkbox"):
            told = {True: "true", False: "false"}.get(value, value)
            where.locator(f'[name="{name}"][value="{told}"]').check()
        else:
            field.fill(str(value))

    @contextmanager
    def offline(self) -> Iterator[None]:
        """The line is dead; what HTMX then says of it is no complaint."""
        before = len(self.complaints)
        self.context.set_offline(True)
        try:
            yield
        finally:
            self.context.set_offline(False)
        self.complaints[before:] = [each for each in self.complaints[before:] if ": htmx:" not in each]

    def faults(self) -> list[str]:
        """What axe finds serious on the page: all of it in the light, in the dark the colours."""
        dark = self._faults("dark", {"runOnly": ["color-contrast"]})
        return dark + self._faults("light", None)

    def _faults(self, theme: str, options: dict[str, Any] | None) -> list[str]:
        self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        found = AXE.run(self.page, options=options).response["violations"]
        return [
            f"{theme} {self.page.url}: {each['id']} ({each['impact']}): {node['html'][:160]}"
            for each in found
            if each["impact"] in SERIOUS
            for node in each["nodes"][:3]
        ]

    def spills(self) -> list[str]:
        """What is wider than the window, so that the page would have to be pushed sideways."""
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [f"{self.page.url}: {width} px too wide"] if width > 0 else []

    def close(self) -> None:
        """Leave."""
        self.context.close()
