"""`manage.py run` really started: everything comes up, one ending ends all, nothing outlives it, a taken port is said plainly."""

from __future__ import annotations

import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.supervise import ports
from config.supervise.house import House, HouseTrouble
from config.supervise.plan import Plan
from config.supervise.processes import stop
from config.supervise.words import Speaker, accounts, padded
from tests.servers.house import Started, gone, within


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all starts here: the first one migrates."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def house(var: Path) -> Iterator[Started]:
    started = Started(var, port=ports.any_free(), stand_ins=ports.any_free())
    try:
        started.up()
        yield started
    finally:
        started.close()


@pytest.mark.slow
def test_ctrl_c_ends_everything_that_was_started(house: Started) -> None:
    family = house.family()
    names = " ".join(" ".join(member.cmdline()) for member in family)
    for part in ("redis-server", "celery", "gunicorn", "integrations.platforms"):
        assert part in names
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/ready", timeout=10) as answer:
        assert answer.status == 200
    assert f"http://127.0.0.1:{house.port}/" in house.said()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(60) == 0, house.said()
    assert gone(family)
    assert ports.is_free("127.0.0.1", house.port)


@pytest.mark.slow
def test_a_part_that_dies_is_named_with_its_last_lines(house: Started) -> None:
    family = house.family()
    worker = next(member for member in family if "celery" in " ".join(member.cmdline()))
    worker.kill()
    assert house.process.wait(60) == 1
    assert "worker 停止了 / has stopped (exit -9)" in house.said()
    assert "worker.log" in house.said()
    assert gone(family)


@pytest.mark.slow
def test_nothing_outlives_a_supervisor_that_is_killed(house: Started) -> None:
    family = house.family()
    house.process.kill()
    assert within(40, lambda: gone(family)), [member for member in family if member.is_running()]


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = Started(tmp_path, port=port, stand_ins=ports.any_free())
        assert started.process.wait(60) == 2
    assert f"make run PORT={port + 100}" in started.said()
    assert "Traceback" not in started.said()
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("port", [99_999, -1])
def test_a_port_that_cannot_be_is_said(port: int, tmp_path: Path) -> None:
    started = Started(tmp_path, port=port, stand_ins=ports.any_free())
    assert started.process.wait(60) == 2
    assert f"PORT={port}" in started.said()
    assert "Traceback" not in started.said()


def test_two_houses_do_not_live_in_one_folder(tmp_path: Path) -> None:
    with ports.hold(tmp_path) as held:
        assert held is not None
        started = Started(tmp_path, port=ports.any_free(), stand_ins=ports.any_free())
        assert started.process.wait(60) == 2
        assert "HOTLINE_VAR=" in started.said()
    again = ports.hold(tmp_path)
    assert again is not None
    again.close()


def test_demonstration_accounts_are_shown_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "demo-accounts.json"
    assert accounts(path) == []
    path.write_text('[{"username": "banli", "password": "p-1", "role": "承办科室"}]', encoding="utf-8")
    assert accounts(path) == [f"    {padded('banli', 22)}{padded('p-1', 22)}承办科室"]
    assert len(padded("承办", 10)) == 8


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[House]:
    """A house with nothing started, to try its ways on small programs."""
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    built = House(Plan(var=tmp_path, runtime=runtime), Speaker())
    yield built
    stop(built.children, patience=1)


@pytest.mark.parametrize("code", [0, 1, 7])
def test_a_visitor_speaks_on_our_output_and_gives_its_exit_code(
    code: int, bare: House, capfd: pytest.CaptureFixture[str]
) -> None:
    program = f"print('progress'); print('{{\"lost\": 0}}'); raise SystemExit({code})"
    assert bare.run_through([sys.executable, "-c", program]) == code
    assert capfd.readouterr().out.splitlines()[-1] == '{"lost": 0}'


def test_a_part_that_dies_ends_the_visit(bare: House) -> None:
    bare._start("worker", [sys.executable, "-c", "print('no room left'); raise SystemExit(3)"], "", "")
    with pytest.raises(HouseTrouble, match=r"worker .*exit 3") as told:
        bare.run_through([sys.executable, "-c", "import time; time.sleep(60)"])
    assert "no room left" in str(told.value)


def test_what_does_not_listen_is_killed_with_its_children(bare: House) -> None:
    deaf = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    deaf += "subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, 1); time.sleep(60)']);"
    child = bare._child("deaf", [sys.executable, "-c", deaf + "print('up'); time.sleep(60)"]).start()
    assert within(20, lambda: len(psutil.Process(child.process.pid).children()) == 1)
    family = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children()]
    stop(bare.children, patience=1)
    assert within(5, lambda: gone(family))


def test_the_secrets_of_one_folder_are_not_those_of_another(bare: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.secrets.from_file", {"HOTLINE_VAULT_KEY"})
    told = bare.plan.environment()
    assert "HOTLINE_VAULT_KEY" not in told
    assert told["HOTLINE_VAR"] == str(bare.plan.var)
