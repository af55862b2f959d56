"""`manage.py first_admin`: prints a link, good once and for a day, at which the first two administrators name themselves; with
``--again`` one at which a security administrator or auditor sets a new password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from hotline.acting import accounts, links
from hotline.models import LinkKind, User
from tickets import clock
from tickets.domain.states import UnableToMove


class Command(BaseCommand):
    """No password is made for anybody: whoever opens the link chooses his own."""

    help = "打印首任系统管理员、安全管理员的一次性设置链接 / a one-time link for the first two administrators"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the house answers."""
        parser.add_argument("--address", default="", help="https://name: where people open the house")
        parser.add_argument("--again", default="", metavar="USERNAME", help="a new password for this watcher's account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refused once there are administrators: they make the other accounts."""
        token = self._again(options["again"]) if options["again"] else self._first()
        hours = int(links.GOOD_FOR.total_seconds() // 3600)
        self.stdout.write(f"{self._address(options['address'])}{reverse('join', args=[token])}")
        self.stdout.write(f"{hours} 小时内有效，只能使用一次 / good once, within {hours} hours")

    def _first(self) -> str:
        if accounts.are_there():
            raise CommandError("已有系统管理员和安全管理员，无需再设 / there are administrators already")
        return links.make(kind=LinkKind.FIRST, now=clock.now())

    def _again(self, username: str) -> str:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError("没有这个账号 / no such account")
        try:
            return accounts.reset_on_server(user=user, now=clock.now())
        except UnableToMove as refusal:
            raise CommandError(f"{refusal.zh} / {refusal.en}") from refusal

    def _address(self, given: str) -> str:
        if given:
            return given.rstrip("/")
        hosts = [host for host in settings.ALLOWED_HOSTS if host not in ("*", "127.0.0.1", "localhost", "[::1]")]
        return f"https://{hosts[0].lstrip('.')}" if hosts else "http://127.0.0.1:8600"
