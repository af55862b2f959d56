"""``manage.py pull``: fetch from the platforms once and take in what came."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import attachments, breaker, pull, registry


class Command(BaseCommand):
    help = "从平台拉取一次并入库 / fetch from the platforms once and take in what came"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", help="只拉取一个平台 / one platform only")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="先解除该平台的停用或暂停 / first lift a stop or pause of the platform",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resume"] and not options["source"]:
            raise CommandError("--resume 须与 --source 同用 / --resume needs --source")
        troubled = False
        for source in [options["source"]] if options["source"] else registry.codes():
            if options["resume"]:
                breaker.resumed(source)
            troubled |= self._pull(source)
        if troubled:
            raise CommandError(
                "有平台未能拉取完，已入库的不受影响 / a platform could not be fetched; what was stored is kept"
            )

    def _pull(self, source: str) -> bool:
        try:
            done = pull.pull(source)
            while done.more and not done.trouble:
                self._tell(done)
                done = pull.pull(source)
        except registry.UnknownPlatform as error:
            raise CommandError(str(error)) from error
        self._tell(done)
        files = attachments.fetch_files(source)
        if files:
            self.stdout.write(f"  附件 / attachments: {dict(files)}")
        return bool(done.trouble)

    def _tell(self, done: pull.Pulled) -> None:
        if done.busy:
            self.stdout.write(f"{done.source}: 另一次拉取正在进行 / another pull is at it")
            return
        self.stdout.write(
            f"{done.source}: {done.pages} 页，新 {done.new}，重复 {done.again}，结果 {dict(done.lots)}"
            f" / {done.pages} pages, {done.new} new, {done.again} seen before"
        )
        if done.trouble:
            self.stderr.write(f"  {done.source}: {done.trouble}")
