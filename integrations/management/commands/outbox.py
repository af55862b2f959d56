"""``manage.py outbox list|replay|mark-sent|discard``: outgoing rows that wait for a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.management.commands.inbox import operator
from tickets import clock
from tickets.actions import delivery
from tickets.domain.messages import Telling
from tickets.models import OutboxRow, Post


class Command(BaseCommand):
    help = "待人工处理的去件：重发、登记已送达、作废 / outgoing rows that wait for a person"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help="列出 / list them")
        listing.add_argument("--source", default="")
        listing.add_argument("--all", action="store_true", help="未完成的都列出 / every unfinished row")
        acts.add_parser("replay", help="再发一次 / send again").add_argument("ids", nargs="+", type=int)
        marking = acts.add_parser("mark-sent", help="登记平台已收 / the platform has it")
        marking.add_argument("ids", nargs=1, type=int)
        marking.add_argument("--receipt", required=True, help="平台回执号或凭据 / the platform's receipt, the proof")
        discarding = acts.add_parser("discard", help="作废 / discard")
        discarding.add_argument("ids", nargs="+", type=int)
        discarding.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "list":
            self._list(options["source"], all_rows=options["all"])
            return
        try:
            for pk in options["ids"]:
                self._tell(self._act(pk, options))
        except delivery.UnableToDeliver as error:
            raise CommandError(f"{error.zh} / {error.en}") from error

    def _act(self, pk: int, options: dict[str, Any]) -> OutboxRow:
        who, now = operator(), clock.now()
        if options["act"] == "replay":
            return delivery.replay(row_id=pk, actor=who, now=now)
        if options["act"] == "mark-sent":
            return delivery.mark_sent(row_id=pk, actor=who, now=now, receipt_no=options["receipt"])
        return delivery.discard(row_id=pk, actor=who, now=now, reason=options["reason"])

    def _list(self, source: str, *, all_rows: bool) -> None:
        posts = delivery.UNFINISHED if all_rows else delivery.FOR_A_PERSON
        rows = OutboxRow.objects.filter(post__in=posts).select_related("ticket", "inquiry").order_by("pk")
        found = list((rows.filter(source_id=source) if source else rows)[:500])
        for row in found:
            self.stdout.write(
                f"{row.pk}  {row.source_id}  {row.inquiry.number}#{row.round}  {row.ticket.number}  "
                f"{Telling(row.telling).zh}/{row.telling}  "
                f"{Post(row.post).zh}/{row.post}  {row.attempts}次  {row.trouble}"
            )
        self.stdout.write(f"共 {len(found)} 条 / {len(found)} rows" + ("" if len(found) < 500 else "+"))

    def _tell(self, row: OutboxRow) -> None:
        self.stdout.write(f"{row.pk}: {Post(row.post).zh} / {Post(row.post).en}")
