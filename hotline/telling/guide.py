"""The guide of each desk: the Markdown of docs/guide, in the reader's language, as what a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hotline.wording import pair

#: In the order in which they stand beside the text. A desk's guide bears the desk's code (hotline.web.shell.DESKS).
CODES = (
    "start", "intake", "section", "office", "board", "platforms", "rules", "setup", "audit", "citizen", "keys",
)  # fmt: skip
#: As the text writes it, beside a file of a language; the pictures are served with the static files.
PICTURES = "../pictures/"


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of the second level: what it says and the anchor it stands at."""

    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A page of the guide; ``body`` is its HTML without the title."""

    code: str
    title: str
    body: SafeString
    parts: Sequence[Part]


def guide(code: str) -> Guide:
    """The page in the reader's language. KeyError for a code that is not in CODES."""
    if code not in CODES:
        raise KeyError(code)
    return _read(code, pair("zh", "en"))


def guides() -> list[Guide]:
    """All of them in the reader's language."""
    return [guide(code) for code in CODES]


def folder() -> Path:
    """Where the texts lie: one folder a language, and the pictures."""
    return Path(settings.GUIDE_FOLDER)


@cache
def _read(code: str, language: str) -> Guide:
    """Read and rendered once a process: the texts come with the software."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse((folder() / language / f"{code}.md").read_text(encoding="utf-8"))
    title, rest = tokens[1].content, tokens[3:]
    parts = list(_anchored(rest))
    for token in rest:
        for child in token.children or ():
            _led(child)
    body = mark_safe(reader.renderer.render(rest, reader.options, {}))  # noqa: S308 - ours, and without HTML
    return Guide(code, title, body, parts)


def _anchored(tokens: Sequence[Token]) -> Sequence[Part]:
    """Gives every heading of the second level an anchor: its place in the order, the same in both languages."""
    heads = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    parts = [Part(tokens[index + 1].content, f"part-{number}") for number, index in enumerate(heads, start=1)]
    for index, part in zip(heads, parts, strict=True):
        tokens[index].attrSet("id", part.anchor)
    return parts


def _led(token: Token) -> None:
    """A picture to where it is served, a link to another page of the guide to that page."""
    if token.type == "image":
        token.attrSet("src", static(f"guide/{str(token.attrs['src']).removeprefix(PICTURES)}"))
        token.attrSet("loading", "lazy")
    elif token.type == "link_open":
        name, _mark, anchor = str(token.attrs["href"]).partition("#")
        if name.endswith(".md"):
            address = reverse("guide_of", args=[name.removesuffix(".md")])
            token.attrSet("href", f"{address}#{anchor}" if anchor else address)
