"""Who the journal's labels are: the account's name, and of a deputy also for whom he acted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hotline.models import User
from hotline.wording import pair
from tickets.domain.words import Role

_IDS = re.compile(r"user:(\d+)")


def names(labels: Iterable[str]) -> dict[str, str]:
    """``user:12`` -> 测试甲, ``user:12 for user:5`` -> 测试甲（代测试乙）; labels of no known person are left out. One query."""
    asked = {each for each in labels if each.startswith("user:")}
    ids = {int(pk) for each in asked for pk in _IDS.findall(each)}
    people = {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
    return {each: shown for each in asked if (shown := _shown(each, people))}


def _shown(actor: str, people: dict[str, str]) -> str:
    found = [people.get(pk, "") for pk in _IDS.findall(actor)]
    if not found or not found[0]:
        return ""
    return pair(f"{found[0]}（代{found[1]}）", f"{found[0]} (for {found[1]})") if len(found) > 1 else found[0]


#: Who acts without an account.
NOBODY = {
    "system": (Role.SYSTEM.zh, Role.SYSTEM.en),
    "anonymous": ("未登录者", "Nobody signed in"),
    "caller": ("群众", "The caller"),
}


def shown(actor: str, known: dict[str, str]) -> str:
    """A label for people: a name of ``known``, the service itself, a platform."""
    if actor.startswith("platform:"):
        return pair("平台", "Platform")
    return pair(*NOBODY[actor]) if actor in NOBODY else known.get(actor, actor)
