"""Words and sentences in the reader's language: Chinese first, English where the reader asks for it."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from tickets.domain.routing import in_english
from tickets.domain.words import Labelled


class Bilingual(Protocol):
    """What the domain's exceptions and words have in common."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def language_of(request: HttpRequest, user: Any = None) -> str:
    """The language for this reader: the switch of this browser, else the account's, else Accept-Language, else Chinese."""
    known = dict(settings.LANGUAGES)
    for wanted in (request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), getattr(user, "language", "")):
        code = {"zh": "zh-hans", "zh-cn": "zh-hans"}.get(wanted.lower(), wanted.lower())
        if code in known:
            return code
    return translation.get_language_from_request(request)


def in_chinese() -> bool:
    """Does the present reader read Chinese?"""
    return (translation.get_language() or settings.LANGUAGE_CODE).startswith("zh")


def said(both: Bilingual) -> str:
    """The sentence or label in the reader's language."""
    return both.zh if in_chinese() else both.en


def pair(zh: str, en: str) -> str:
    """One of two in the reader's language."""
    return zh if in_chinese() else en


def done(action: Bilingual, what: str) -> str:
    """已签发：SZ-2026-0000001 路面积水: what a person has just done, and with which ticket."""
    act = f"决定{action.zh}" if action.zh.startswith("不予") else action.zh
    return pair(f"已{act}：{what}", f"Done: {action.en} ({what})")


def why_routed(reason_zh: str) -> str:
    """The reason of a routing, which is kept in Chinese, in the reader's language."""
    return reason_zh if in_chinese() else in_english(reason_zh)


def label(kind: type[Labelled], code: str) -> str:
    """The label of a stored word; an unknown word as it is."""
    return said(kind(code)) if code in kind._value2member_map_ else code


def words(kind: type[Labelled]) -> list[dict[str, str]]:
    """A vocabulary as rows of code, zh, en."""
    return [{"code": word.value, "zh": word.zh, "en": word.en} for word in kind]
