"""`manage.py run`: the whole house on this machine; `--once`: does the main job once and ends."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from config.environment import number, text
from config.supervise import ports
from config.supervise.house import House, HouseTrouble, Interrupted, post
from config.supervise.plan import Plan
from config.supervise.words import Speaker, accounts

DRIP_PER_SECOND = 0.5


class Command(BaseCommand):
    """The supervisor; its parts live in config.supervise."""

    help = "启动整套系统 / start the whole house (Ctrl-C ends it); --once: do the main job once"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Every option has its variable, so that `make run PORT=8700` works."""
        parser.add_argument("--once", action="store_true", default=text("ONCE") not in {"", "0"})
        parser.add_argument("--port", type=int, default=int(number("PORT", 0)), help="8600")
        parser.add_argument("--stand-ins-port", type=int, default=int(number("STAND_INS_PORT", 0)), help="8610")
        parser.add_argument("--host", default=text("HOTLINE_HOST", "127.0.0.1"))
        parser.add_argument("--records", default=text("RECORDS"), help="a folder of records the stand-ins send")
        parser.add_argument("--quiet-platforms", action="store_true", help="the stand-ins send nothing by themselves")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit codes: 0 ended as asked, 1 a part failed (or what --once says), 2 cannot start here."""
        say = Speaker()
        try:
            code = self._run(self._plan(options), say, options)
        except HouseTrouble as trouble:
            say.write(f"\n!! {trouble}")
            code = 1
        except Interrupted:
            code = 0 if not options["once"] else 130
        sys.exit(code)

    def _run(self, plan: Plan, say: Speaker, options: dict[str, Any]) -> int:
        try:
            with House(plan, say) as house:
                if plan.once:
                    code = house.run_through(plan.once_command())
                    say.out = sys.stderr  # the last line of standard output is the JSON object
                    return code
                self._welcome(plan, say, drip=not options["quiet_platforms"])
                house.watch()
        finally:
            say("全部停止", "everything has been ended")
        return 0

    def _plan(self, options: dict[str, Any]) -> Plan:
        once = options["once"]
        port = options["port"] or (ports.any_free() if once else 8600)
        stand_ins = options["stand_ins_port"] or (ports.any_free() if once else 8610)
        for name, host, taken in (("PORT", options["host"], port), ("STAND_INS_PORT", "127.0.0.1", stand_ins)):
            if not 0 < taken <= ports.LAST:
                raise CommandError(
                    f"{name}={taken} 不是端口号,应为 1 至 {ports.LAST} / is no port: 1 to {ports.LAST}", returncode=2
                )
            if not ports.is_free(host, taken):
                raise CommandError(
                    f"端口 {taken} 已被占用,请换一个:make run {name}={taken + 100} / "
                    f"port {taken} is taken (perhaps this house already runs): make run {name}={taken + 100}",
                    returncode=2,
                )
        folder = self._folder(once=once)
        self._lock = ports.hold(folder)
        if self._lock is None:
            raise CommandError(
                f"{folder} 里已有一套系统在运行,请先结束它,或换一个文件夹:HOTLINE_VAR=… make run / "
                f"a house already lives in {folder}: end it first, or take another folder: HOTLINE_VAR=… make run",
                returncode=2,
            )
        return Plan(
            var=folder,
            runtime=Path(tempfile.mkdtemp(prefix="hotline-", dir="/tmp" if Path("/tmp").is_dir() else None)),  # noqa: S108
            port=port,
            stand_ins_port=stand_ins,
            host=options["host"],
            records=self._records(options["records"]),
            once=once,
        )

    def _folder(self, *, once: bool) -> Path:
        from django.conf import settings

        var: Path = settings.VAR
        if not once:
            return var
        fresh = var / "once" / f"{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"  # noqa: DTZ005
        fresh.mkdir(parents=True)
        return fresh

    def _records(self, given: str) -> Path | None:
        if not given:
            return None
        folder = Path(given).resolve()
        if not folder.is_dir():
            raise CommandError(f"找不到文件夹 / no such folder: RECORDS={given}", returncode=2)
        return folder

    def _welcome(self, plan: Plan, say: Speaker, *, drip: bool) -> None:
        if drip and not plan.records:
            taken = post(f"{plan.stand_ins}/_control/send", {"per_second": DRIP_PER_SECOND})
            say(
                "平台开始陆续派件" if taken else "平台未接受派件指令",
                "the platforms send a made-up day" if taken else "",
            )
        say.write("")
        say.write(f"  打开 / open    {plan.address}/")
        say.write(f"  接口 / API     {plan.address}/api/docs")
        say.write(f"  日志 / logs    {plan.var / 'log'}/")
        if lines := accounts(plan.var / "demo-accounts.json"):
            say.write("  演示账号 / demonstration accounts (username, password, role):")
            for line in lines:
                say.write(line)
        say.write("  Ctrl-C 结束 / ends everything\n")
