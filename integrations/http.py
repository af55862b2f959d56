"""The one way out by HTTP: configured host only, no redirects, bounded in time and size, and trouble told as AdapterError."""

from __future__ import annotations

import mimetypes
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpcore
import httpx

from integrations.protocol import AdapterError
from integrations.reading import digest
from tickets.domain.messages import OutgoingFile

CONNECT, READ, TOTAL = 3.0, 10.0, 20.0
ANSWER_LIMIT = 32 * 1024 * 1024
FILE_LIMIT = 20 * 1024 * 1024
LONGEST_WAIT = 86_400.0

Signer = Callable[[str, str, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of any status: the caller judges it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """A pooled connection to one platform. ``base`` is its configured address; nothing else is ever called.

    Times in seconds: ``connect``, ``read`` (silence), ``total`` (the whole call, also against an answer that trickles).
    """

    def __init__(self, base: str, *, connect: float = CONNECT, read: float = READ, total: float = TOTAL) -> None:
        self.base = base.rstrip("/")
        self._home = _origin(httpx.URL(self.base))
        self._times = httpx.Timeout(read, connect=connect, pool=connect)
        self._clock = _Clock(total)
        self._client: httpx.Client | None = None
        self._owner = 0
        self._opening = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        sign: Signer | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """One call; ``path`` is relative to the base, or a whole address on the same host. ``sign`` is given method, path?query
        as sent and body, and returns more headers. Raises AdapterError when there is no whole answer of at most ``limit`` bytes."""
        client = self._open()
        request = client.build_request(
            method, self._address(path), params=params or None, content=body or None, headers=headers
        )
        if sign is not None:
            request.headers.update(sign(method, request.url.raw_path.decode("ascii"), body))
        self._clock.start()
        try:
            return _receive(client, request, limit)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as trouble:
            raise AdapterError(f"平台连接不上：{type(trouble).__name__}", code="unreachable") from trouble
        except httpx.TimeoutException as trouble:
            raise AdapterError("平台超时未答复", code="timeout", unclear=True) from trouble
        except httpx.HTTPError as trouble:
            raise AdapterError(f"连接中断：{type(trouble).__name__}", code="dropped", unclear=True) from trouble

    def close(self) -> None:
        """Give the pooled connections back."""
        if self._client is not None and self._owner == os.getpid():
            self._client.close()
        self._client = None

    def _address(self, path: str) -> httpx.URL:
        try:
            url = httpx.URL(path if "://" in path or path.startswith("//") else self.base + path)
        except httpx.InvalidURL as trouble:
            raise AdapterError("地址无效", code="bad_address", permanent=True) from trouble
        if _origin(url) != self._home:
            raise AdapterError(f"不允许访问配置以外的主机：{url.host[:80]}", code="foreign_host", permanent=True)
        return url

    def _open(self) -> httpx.Client:
        """The pool is opened at first use and never shared with a forked child."""
        with self._opening:
            if self._client is None or self._owner != os.getpid():
                self._client = httpx.Client(
                    timeout=self._times,
                    follow_redirects=False,
                    trust_env=False,
                    headers={"Accept-Encoding": "identity"},
                    transport=_transport(self._clock),
                )
                self._owner = os.getpid()
            return self._client


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _receive(client: httpx.Client, request: httpx.Request, limit: int) -> Answer:
    answer = client.send(request, stream=True)
    try:
        body = _bounded(answer.iter_bytes(), limit, request.method)
        return Answer(answer.status_code, answer.headers, body)
    finally:
        answer.close()


def _bounded(chunks: Iterable[bytes], limit: int, method: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            reading = method == "GET"
            raise AdapterError(f"答复超过{limit}字节", code="too_large", permanent=reading, unclear=not reading)
    return bytes(body)


# --- the total time --------------------------------------------------------------------------------------------------


class _Clock(threading.local):
    """How long the call of this thread may still take."""

    def __init__(self, total: float) -> None:
        self.total = total
        self.end = 0.0

    def start(self) -> None:
        self.end = time.monotonic() + self.total

    def left(self, timeout: float | None) -> float:
        remaining = self.end - time.monotonic()
        return max(0.001, remaining if timeout is None else min(timeout, remaining))


class _TimedStream(httpcore.NetworkStream):
    """A network stream whose every wait also ends when the call's total time is used up."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _TimedStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _TimedStream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _TimedBackend(httpcore.SyncBackend):
    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock

    def connect_tcp(self, *args: Any, **options: Any) -> _TimedStream:
        return _TimedStream(super().connect_tcp(*args, **options), self._clock)


def _transport(clock: _Clock) -> httpx.HTTPTransport:
    """httpx knows no total time and its transport takes no network backend, so the pool is given ours here."""
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool._network_backend = _TimedBackend(clock)  # noqa: SLF001
    return transport


# --- refusals --------------------------------------------------------------------------------------------------------


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait from ``Retry-After`` (seconds or an HTTP date, by the platform's own ``Date`` where that makes sense, else by
    ``now``); None: not said."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return min(float(written[:9]), LONGEST_WAIT)
    until = _http_date(written)
    if until is None:
        return None
    said = _http_date(headers.get("date", ""))
    by_theirs = (until - said).total_seconds() if said else 0.0
    waits = by_theirs if by_theirs > 0 else (until - now).total_seconds()
    return min(max(waits, 0.0), LONGEST_WAIT)


def _http_date(written: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(written)
    except (TypeError, ValueError, IndexError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def refused(
    status: int,
    message: str,
    *,
    code: str = "",
    wait: float | None = None,
    current: Mapping[str, Any] | None = None,
    errors: tuple[tuple[str, str], ...] = (),
) -> AdapterError:
    """The AdapterError of an HTTP status: 401 stops the adapter, 409 is a conflict for a person, 429 waits, 5xx (and a success that
    cannot be read) is unclear, all other refusals are permanent."""
    told: dict[str, Any] = {"code": code or str(status), "current": current, "errors": errors}
    if status == 401:
        return AdapterError(message, stop=True, **told)
    if status == 429:
        return AdapterError(message, retry_after=30.0 if wait is None else wait, **told)
    if status == 409:
        return AdapterError(message, conflict=True, permanent=True, **told)
    if status >= 500 or status < 300 or status == 408:
        return AdapterError(message, unclear=True, retry_after=wait, **told)
    return AdapterError(message, permanent=True, **told)


# --- files that go with a message ------------------------------------------------------------------------------------


def file_type(name: str) -> str:
    """The Content-Type of an upload, by the name's extension."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def file_bytes(file: OutgoingFile) -> bytes:
    """The bytes of one of our files, checked against its digest. Raises AdapterError for a person: a retry would not help."""
    if file.size > FILE_LIMIT:
        raise AdapterError(
            f"附件{file.name}超过20MB", code="too_large", permanent=True, errors=((file.name, "too_large"),)
        )
    try:
        raw = Path(file.path).read_bytes()
    except OSError as trouble:
        raise AdapterError(
            f"附件{file.name}读不出", code="file_missing", permanent=True, errors=((file.name, "file_missing"),)
        ) from trouble
    if file.sha256 and digest(raw) != file.sha256:
        raise AdapterError(
            f"附件{file.name}与登记的摘要不符",
            code="file_changed",
            permanent=True,
            errors=((file.name, "file_changed"),),
        )
    return raw
