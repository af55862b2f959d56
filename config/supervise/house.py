"""Starts the parts in order, waits for each, watches them, and ends them all."""

from __future__ import annotations

import json
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType, TracebackType

from config.environment import ROOT, redacted, text

from . import redis
from .plan import Plan
from .processes import Child, stop, wait_until
from .words import Speaker


class HouseTrouble(Exception):
    """A part did not start or has died; the text is for a person."""


class Interrupted(BaseException):
    """Somebody asked the house to end (Ctrl-C, SIGTERM, a closed terminal)."""


def interrupt(number: int, frame: FrameType | None) -> None:
    """The handler of the three signals that end the house."""
    raise Interrupted(number)


class House:
    """``with House(plan, say) as house``: inside, everything runs; afterwards nothing of it is left."""

    def __init__(self, plan: Plan, say: Speaker) -> None:
        self.plan, self.say = plan, say
        self.children: list[Child] = []

    def __enter__(self) -> House:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupt)
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        self._redis()
        self._database()
        web = self._start("web", self.plan.web(), "网页与接口", "Pages and API")
        worker = self._start("worker", self.plan.worker(), "后台任务与定时", "Worker and beat")
        self._await(web, lambda: answers(f"{self.plan.local}/ready"))
        self._await(worker, lambda: " ready." in worker.written())
        platforms = self._start("platforms", self.plan.platforms(), "四个平台的模拟端", "Stand-ins of the platforms")
        self._await(platforms, lambda: listens(self.plan.stand_ins))

    def _redis(self) -> None:
        if not self.plan.own_redis:
            return self.say(f"Redis: 使用 REDIS_URL {redacted(text('REDIS_URL'))}", "using REDIS_URL")
        server = redis.binary()
        if not server:
            raise HouseTrouble("找不到 redis-server,请设置 REDIS_URL / no redis-server: set REDIS_URL")
        (self.plan.var / "redis").mkdir(parents=True, exist_ok=True)
        child = self._start("redis", self.plan.redis(server), "Redis 队列", "Redis")
        return self._await(child, lambda: redis.answers(f"unix://{self.plan.socket}"))

    def _database(self) -> None:
        where = redacted(text("DATABASE_URL")) or f"SQLite {self.plan.var / 'hotline.sqlite3'}"
        self.say(f"数据库:{where}", "migrations and first rows")
        child = self._child("prepare", self.plan.manage("prepare")).start()
        if child.wait():
            raise self._trouble(child, "准备数据库失败 / preparing the database failed")

    def _child(self, name: str, argv: list[str]) -> Child:
        child = Child(name, argv, env=self.plan.environment(), cwd=ROOT, log=self.plan.var / "log" / f"{name}.log")
        self.children.append(child)
        return child

    def _start(self, name: str, argv: list[str], chinese: str, english: str) -> Child:
        self.say(f"启动 {chinese}", f"starting: {english}")
        return self._child(name, argv).start()

    def _await(self, child: Child, ready: Callable[[], bool], seconds: float = 90) -> None:
        if not wait_until(ready, child, seconds):
            raise self._trouble(child, f"{child.name} 没有起来 / did not come up")

    def _trouble(self, child: Child, what: str) -> HouseTrouble:
        ended = "" if child.code is None else f" (exit {child.code})"
        return HouseTrouble(f"{what}{ended}\n--- {child.log} ---\n{child.last_lines()}")

    def watch(self) -> None:
        """Until a part dies. Raises HouseTrouble with its last lines."""
        while True:
            for child in self.children:
                if child.name != "prepare" and child.code is not None:
                    raise self._trouble(child, f"{child.name} 停止了 / has stopped")
            time.sleep(0.5)

    def run_through(self, argv: list[str]) -> int:
        """Run one command inside the house, on our own output; its exit code. A part that dies meanwhile ends it."""
        visitor = Child("once", argv, env=self.plan.environment(), cwd=ROOT, log=None).start()
        self.children.append(visitor)
        while visitor.code is None:
            for child in self.children[:-1]:
                if child.name != "prepare" and child.code is not None:
                    raise self._trouble(child, f"{child.name} 停止了 / has stopped")
            time.sleep(0.1)
        return visitor.code

    def close(self) -> None:
        """End everything, the last started first; what does not listen is killed. A second Ctrl-C does not break this."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        queue = [child for child in self.children if child.name == "redis"]
        stop([child for child in reversed(self.children) if child not in queue])
        stop(queue, patience=10)  # last: the worker still hands back what it holds
        shutil.rmtree(self.plan.runtime, ignore_errors=True)


def answers(url: str) -> bool:
    """Whether the address says 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def listens(url: str) -> bool:
    """Whether anything answers there, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def post(url: str, body: dict[str, object]) -> bool:
    """Send JSON; whether it was taken."""
    request = urllib.request.Request(  # noqa: S310
        url, json.dumps(body).encode(), {"content-type": "application/json"}, method="POST"
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except OSError:
        return False
    return True
