"""One of several processes that write into one SQLite file: tickets, notes, acts, sweeps; prints how often it was locked out.

Started by the tests: ``python -m tests.faults.sqlite_writer <threads> <acts of each>``.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter

import django

django.setup()

from django.db import OperationalError, connection, transaction  # noqa: E402

from tests.tickets.making import NOW, make_ticket  # noqa: E402
from tickets.actions import ledger, timers  # noqa: E402
from tickets.domain.actors import SYSTEM  # noqa: E402
from tickets.models import Ticket  # noqa: E402

told: Counter[str] = Counter()


def write(acts: int) -> None:
    """A ticket, a note on the file's first ticket (everybody wants that row), an act without a ticket, a look at the clocks."""
    try:
        for _ in range(acts):
            try:
                one_round()
                told["done"] += 1
            except OperationalError as error:
                told[str(error)] += 1
    finally:
        connection.close()


def one_round() -> None:
    make_ticket()
    with transaction.atomic():
        wanted = ledger.lock(Ticket.objects.order_by("pk").values_list("pk", flat=True)[0])
        ledger.note(ticket=wanted, action="clock_due", actor=SYSTEM, now=NOW)
    ledger.record(chain_name="access", action="sign_in", actor=SYSTEM, now=NOW)
    timers.sweep(NOW)


if __name__ == "__main__":
    threads = [threading.Thread(target=write, args=(int(sys.argv[2]),)) for _ in range(int(sys.argv[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(told))
