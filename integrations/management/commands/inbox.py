"""``manage.py inbox list|show|replay|discard``: raw records that wait for a person."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import parked, registry
from integrations.models import InboxItem, Lot
from tickets import clock
from tickets.domain.actors import Actor
from tickets.domain.words import Role


def operator() -> Actor:
    """Who runs commands on the machine, by the account's name."""
    return Actor(name=f"command:{getpass.getuser()}"[:60], roles=frozenset({Role.SYSTEM}))


class Command(BaseCommand):
    help = "待人工处理的来件：查看、重放、作废 / raw records that wait for a person"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help="列出 / list them")
        listing.add_argument("--source", default="")
        for name, words in (
            ("show", "查看（个人信息遮盖） / show, the person covered"),
            ("replay", "重新处理 / replay"),
        ):
            acts.add_parser(name, help=words).add_argument("ids", nargs="+", type=int)
        discarding = acts.add_parser("discard", help="作废 / discard")
        discarding.add_argument("ids", nargs="+", type=int)
        discarding.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "list":
            self._list(options["source"])
            return
        try:
            for pk in options["ids"]:
                getattr(self, f"_{options['act']}")(pk, options)
        except (parked.UnableToSettle, registry.UnknownPlatform) as error:
            raise CommandError(f"{error} {getattr(error, 'en', '')}".strip()) from error

    def _list(self, source: str) -> None:
        rows = list(parked.listed(source)[:500])
        for item in rows:
            self.stdout.write(
                f"{item.pk}  {item.source}  {Lot(item.lot).zh}/{item.lot}  {item.identity or item.key[:40]}  [{item.field}] "
                f"{item.trouble_zh} / {item.trouble_en}"
            )
        self.stdout.write(f"共 {len(rows)} 条 / {len(rows)} records" + ("" if len(rows) < 500 else "+"))

    def _show(self, pk: int, options: dict[str, Any]) -> None:
        self.stdout.write(parked.show(item_id=pk, actor=operator(), now=clock.now()))

    def _replay(self, pk: int, options: dict[str, Any]) -> None:
        self._tell(parked.replay(item_id=pk, actor=operator(), clock=clock.now))

    def _discard(self, pk: int, options: dict[str, Any]) -> None:
        self._tell(parked.discard(item_id=pk, actor=operator(), reason=options["reason"], now=clock.now()))

    def _tell(self, item: InboxItem) -> None:
        lot = Lot(item.lot)
        self.stdout.write(f"{item.pk}: {lot.zh} / {lot.en} {item.result} {item.trouble_zh}".rstrip())
