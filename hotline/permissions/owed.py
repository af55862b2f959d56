"""What somebody who is in still owes before he may work: a new password, a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from hotline.models import User

from . import factors, passwords


@dataclass(frozen=True, slots=True)
class Owed:
    """``code`` for programs; ``zh`` and ``en`` for people."""

    code: str
    zh: str
    en: str


PASSWORD = Owed("new_password", "您的密码已到期，请先修改密码。", "Your password has expired: set a new one first.")
FACTOR = Owed(
    "second_factor", "您的岗位须使用动态验证码登录，请先设置。", "Your role needs a second factor: set it up first."
)


def owed(request: HttpRequest, user: User, now: datetime) -> Owed | None:
    """The first thing that is owed; None when nothing is."""
    if passwords.is_due(user, now):
        return PASSWORD
    return FACTOR if factors.is_owed(request, user) else None
