"""Requests by the people's door: CPU of application and database for each, against a bare WSGI view whose JSON PostgreSQL makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from statistics import median
from threading import Barrier, Thread
from time import process_time
from typing import Any, ClassVar
from urllib.parse import quote

import psutil
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.demo import office, seeding
from hotline.models import User
from tests.tickets.making import make_reference
from tickets import clock
from tickets.actions import figures, seals
from tickets.domain.states import OPEN
from tickets.domain.words import Role
from tickets.models import CoHandler, Inquiry, Ticket, Timer
from tickets.queries import worklists
from tickets.queries.scopes import EVERYTHING
from tickets.queries.worklists import Worklist

from . import filling
from .measuring import Line, quiet

SIZES = {"XS": 1_000, "S": 10_000, "M": 100_000, "L": 300_000}
SMALL = 1_000
ROUNDS = {"XS": 5, "S": 15, "M": 25, "L": 25}
WRITERS = 40


@dataclass(slots=True)
class Cost:
    """CPU seconds of one request, application and database, its statements, what the bare view cost in between, how many times that
    it is (the median of the rounds), and the size of the answer in bytes."""

    app: float
    database: float
    statements: int
    bare: float
    ratio: float
    size: int

    @property
    def cpu(self) -> float:
        return self.app + self.database


def run(size: str) -> Iterator[Line]:
    """At a thousand tickets and at the size: each page's CPU against the bare view, its statements, and whether it is flat."""
    settings.ALLOWED_HOSTS = ["*"]
    connection.settings_dict["CONN_MAX_AGE"], connection.close_at = None, None  # as behind the pool: one backend, kept
    make_reference(clock.now())
    office.install(now=clock.now(), accounts_file=settings.VAR / "accounts.json")
    small = _measured(SMALL, size)
    large = _measured(SIZES[size], size) if SIZES[size] > SMALL else small
    for name, (aim, most) in AIMS.items():
        cost, before = large[name], small[name]
        label = f"{SIZES[size]:,} tickets"
        us, other = cost.cpu * 1e6, cost.bare * 1e6
        yield Line(f"{name}, CPU", label, us, other, cost.ratio, aim, against="bare WSGI view, JSON by PostgreSQL")
        yield Line(
            f"{name}, statements", label, cost.statements, most, cost.statements / most, 1.0, against=f"{most} allowed"
        )
        is_as_full = before.size > FULL * cost.size
        yield Line(
            f"{name}, flat", f"{SIZES[size]:,} / {SMALL:,}", us, before.cpu * 1e6, cost.ratio / before.ratio,
            1.3 if is_as_full else None, against="1,000 tickets" if is_as_full else "an emptier page of 1,000 tickets",
        )  # fmt: skip
    refused = _many_writers()
    yield Line(
        "notes at once on one ticket, 500s",
        f"{WRITERS}",
        refused,
        WRITERS,
        refused / WRITERS,
        0.0,
        against="all of them",
    )


#: What is asked of each: CPU against the bare view (None: for the record), and the most statements.
AIMS: dict[str, tuple[float | None, int]] = {
    **{
        f"API list of 50, {name}": (4.0, 6)
        for name in ("newest", "due", "section", "channel", "state", "overdue", "words", "rare words")
    },
    "one matter logged": (None, 12),
    "ticket page": (None, 10),
    "queue page": (None, 10),
    "office hall": (None, 10),
    "board": (None, 10),
}


def _measured(count: int, size: str) -> dict[str, Cost]:
    there = Ticket.objects.count()
    if count > there:
        seeding.seed(count - there, now=clock.now())
        seals.seal(now=clock.now())
        figures.fold(now=clock.now())
        filling.settled(Ticket, Timer, Inquiry, CoHandler)
    rounds = ROUNDS[size]
    costs = {}
    for name, ask in _asks().items():
        costs[name] = _cost(ask, rounds)
    return costs


def _asks() -> dict[str, Callable[[], Any]]:
    """Every request by name; each gives the status of its answer."""
    dispatcher, leader = _browser(Role.DISPATCHER), _browser(Role.LEADER)
    handler_account = _busiest()
    handler = Browser(handler_account)
    section = handler_account.section
    assert section is not None
    ticket = Ticket.objects.filter(section=section, state__in=sorted(OPEN)).order_by("-id")[0]
    numbers = iter(range(10**6))

    def log() -> int:
        body = {"title": "样例路围挡破损", "content": f"样例路东段围挡破损，编号{next(numbers)}。", "place": "样例路 18 号",
                "party": {"name": "测试甲", "phone": "19900001234"}}  # fmt: skip
        return dispatcher.post("/api/tickets", body)

    lists = {
        "newest": "", "due": "&order=due", "section": f"&section={section.code}", "channel": "&channel=petition",
        "state": "&state=closed", "overdue": "&overdue=true", "words": f"&q={quote('施工')}", "rare words": f"&q={quote('样例桥北')}",
    }  # fmt: skip
    asks: dict[str, Callable[[], Any]] = {
        f"API list of 50, {name}": lambda query=query: dispatcher.get(f"/api/tickets?size=50{query}")
        for name, query in lists.items()
    }
    return {
        **asks,
        "one matter logged": log,
        "ticket page": lambda: handler.get(f"/tickets/{ticket.number}/"),
        "queue page": lambda: handler.get("/desk/?list=queue"),
        "office hall": lambda: dispatcher.get("/office/?list=queue"),
        "board": lambda: leader.get("/board/"),
    }


def _bare() -> int:
    """A WSGI application that hands on what PostgreSQL wrote: the rows and columns of our list, by the same statement."""
    answered: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": BytesIO()}
    body = b"".join(_bare_application(environ, lambda status, _headers: answered.append(status)))
    assert len(body) > FEWEST
    return int(answered[0][:3])


FEWEST = 10_000
"""Bytes of a page of fifty rows at the least."""


def _bare_application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    sql, params = _statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        body = cursor.fetchone()[0].encode()
    start("200 OK", [("Content-Type", "application/json")])
    return [body]


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    rows = worklists.listed(worklists.tickets(Worklist.ALL, EVERYTHING))
    sql, params = rows.order_by("-id")[:50].query.sql_with_params()
    names = ", ".join(f"c{place}" for place in range(len(worklists.COLUMNS)))
    return f"WITH page({names}) AS ({sql}) SELECT json_agg(row_to_json(page))::text FROM page", params


class Browser:
    """Asks the WSGI application as a server would: no test client in between."""

    application = staticmethod(get_wsgi_application())
    answered: ClassVar[int] = 0  # bytes of the last answer

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def get(self, address: str) -> int:
        """The status; the whole answer is read."""
        return self._ask("GET", address, b"")

    def post(self, address: str, body: dict[str, Any], **headers: str) -> int:
        """JSON in, the status out; the session's token goes with it."""
        token = "a" * 32
        extra = {"HTTP_X_CSRFTOKEN": token, **headers}
        return self._ask("POST", address, json.dumps(body).encode(), cookies=f"; csrftoken={token}", **extra)

    def _ask(self, method: str, address: str, body: bytes, cookies: str = "", **headers: str) -> int:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body), "wsgi.errors": BytesIO(), "wsgi.multithread": True, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json", "HTTP_COOKIE": self.cookies + cookies, **headers,
        }  # fmt: skip
        answered: list[str] = []
        answer = self.application(environ, lambda status, _headers, _info=None: answered.append(status))
        try:
            Browser.answered = len(b"".join(answer))
        finally:
            answer.close()
        return int(answered[0][:3])


def _cost(ask: Callable[[], Any], rounds: int) -> Cost:
    """The median of several rounds, after two that warm up; the bare view is asked in each of them and compared with what was asked
    just before it, since a machine's pace drifts."""
    for _ in range(2):
        assert ask() in (200, 201)
        _bare()
    with CaptureQueriesContext(connection) as caught:
        ask()
    statements = sum(1 for query in caught.captured_queries if query["sql"] not in ("BEGIN", "COMMIT"))
    backend = _backend()
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_on_both(ask, backend))
        bare.append(sum(_on_both(_bare, backend)))
    app, database = (median(each) for each in zip(*ours, strict=True))
    ratio = median(sum(each) / other for each, other in zip(ours, bare, strict=True))
    return Cost(app, database, statements, median(bare), ratio, Browser.answered)


def _on_both(ask: Callable[[], Any], backend: int) -> tuple[float, float]:
    """CPU seconds of a call, in the application and in its database process."""
    with quiet():
        begin, begun = process_time(), _on_cpu(backend)
        for _ in range(CALLS):
            ask()
        return (process_time() - begin) / CALLS, (_on_cpu(backend) - begun) / CALLS


CALLS = 10
#: Two pages are compared that hold about as much: at a thousand tickets a list may have no row to show.
FULL = 0.8


def _on_cpu(pid: int) -> float:
    """Seconds a process has been on a processor, to the nanosecond where the kernel tells."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _browser(role: Role) -> Browser:
    return Browser(next(user for user in User.objects.order_by("id") if role in user.actor().roles))


def _busiest() -> User:
    """The handler of the section with most open tickets."""
    handlers = [user for user in User.objects.exclude(section=None) if Role.HANDLER in user.actor().roles]
    return max(handlers, key=lambda user: Ticket.objects.filter(section=user.section, state__in=sorted(OPEN)).count())


def _many_writers() -> int:
    """Forty people add to one ticket at once: how many were answered with a fault (Signalen 2.50: 4 of 40)."""
    ticket = Ticket.objects.filter(state="in_progress").order_by("-id")[0]
    user = next(user for user in User.objects.order_by("id") if Role.DISPATCHER in user.actor().roles)
    statuses: list[int] = []
    barrier = Barrier(WRITERS)

    def write() -> None:
        browser = Browser(user)
        barrier.wait()
        try:
            body = {"content": "请尽快办理"}
            statuses.append(browser.post(f"/api/tickets/{ticket.number}/chase/", body, HTTP_IF_MATCH="*"))
        finally:
            close_old_connections()
            connection.close()

    threads = [Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == WRITERS
    return sum(status >= 500 for status in statuses)
