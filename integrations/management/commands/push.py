"""``manage.py push``: send what is ready in the outbox once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import breaker, push, registry


class Command(BaseCommand):
    help = "把待发送的记录发送一次 / send what is ready in the outbox once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", help="只发往一个平台 / one platform only")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="先解除该平台的停用或暂停 / first lift a stop or pause of the platform",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resume"] and not options["source"]:
            raise CommandError("--resume 须与 --source 同用 / --resume needs --source")
        for source in [options["source"]] if options["source"] else registry.codes():
            if options["resume"]:
                breaker.resumed(source)
            try:
                done = push.push(source)
            except registry.UnknownPlatform as error:
                raise CommandError(str(error)) from error
            self._tell(source, dict(done))

    def _tell(self, source: str, done: dict[str, int]) -> None:
        if "busy" in done:
            self.stdout.write(f"{source}: 另一次发送正在进行 / another push is at it")
        elif not done:
            self.stdout.write(f"{source}: 没有待发送的记录 / nothing to send")
        else:
            self.stdout.write(f"{source}: {done}")
