"""The server of the stand-ins: paths, misbehaviour at the door, keep-alive, a restart that forgets nothing, and speed."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from .callers import HotlineCaller, reply_body
from .running import Running

NUMBER = "260302091200000017"


def misbehave(platforms: Running, name: str, **how: object) -> None:
    platforms.control("misbehave", {"platform": "hotline", "name": name, "times": 1} | how)


def test_a_platform_answers_on_its_own_path_and_behind_its_name(tmp_path: Path) -> None:
    with Running(tmp_path, only=("hotline", "business")) as platforms:
        headers = {"x-api-key": "demo-hotline-key"}
        for base in ("/api", "/hotline/api"):
            assert platforms.http.get(f"{base}/hotlineTickets/feed", headers=headers).status_code == 200
        assert platforms.http.get("/openapi/v1/demands/changes").status_code == 401
        assert platforms.http.get("/apical").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("rate_limit", 429), ("maintenance", 503)])
def test_the_door_says_wait(tmp_path: Path, name: str, status: int) -> None:
    with Running(tmp_path, only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        misbehave(platforms, name, seconds=7)
        answer = hotline.get("/hotlineTickets/feed")
        assert answer.status_code == status
        assert answer.headers["retry-after"] == "7" or answer.headers["retry-after"].endswith("GMT")
        assert hotline.get("/hotlineTickets/feed").status_code == 200


def test_an_outcome_may_be_unclear_although_it_was_done(tmp_path: Path) -> None:
    with Running(tmp_path, only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        hotline.dispatch(NUMBER)
        misbehave(platforms, "drop_after_commit")
        with pytest.raises(httpx.RemoteProtocolError):
            hotline.command(NUMBER, "sign", {"round": 1, "signer": "测试丙"}, "ob-1")
        again = hotline.command(NUMBER, "sign", {"round": 1, "signer": "测试丙"}, "ob-1")
        assert again.headers["idempotent-replay"] == "true"
        misbehave(platforms, "error_after_commit")
        broken = hotline.command(NUMBER, "reply", reply_body(), "ob-2")
        assert (broken.status_code, broken.headers["content-type"][:9]) == (500, "text/html")
        assert hotline.ticket(NUMBER)["status"] == "50"
        assert hotline.ticket(NUMBER)["version"] == 3


def test_pages_may_be_cut_slow_or_in_gbk_and_the_line_may_be_dead(tmp_path: Path) -> None:
    with Running(tmp_path, only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        hotline.dispatch(NUMBER)
        misbehave(platforms, "cut_page")
        with pytest.raises(httpx.RemoteProtocolError):
            hotline.feed()
        misbehave(platforms, "down")
        with pytest.raises(httpx.RemoteProtocolError):
            hotline.feed()
        misbehave(platforms, "gbk")
        assert "样例路".encode("gb18030") in hotline.get("/hotlineTickets/feed").content
        misbehave(platforms, "slow", seconds=0.3)
        begun = time.monotonic()
        hotline.feed()
        assert time.monotonic() - begun >= 0.3


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with Running(tmp_path, records="made-up", only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        platforms.control("dispatch", {"platform": "hotline", "count": 3})
        number = hotline.feed()["items"][0]["orderNo"]
        answer = hotline.command(number, "sign", {"round": 1, "signer": "测试丙"}, "ob-1").json()["data"]
        before, progress = platforms.book("hotline"), platforms.control("progress")
    with Running(tmp_path, records="made-up", only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        assert platforms.book("hotline") == before
        assert platforms.control("progress") == progress
        again = hotline.command(number, "sign", {"round": 1, "signer": "测试丙"}, "ob-1")
        assert again.json()["data"] == answer
        platforms.control("send", {})
        assert len(platforms.book("hotline")) == platforms.control("progress")["items"]


def test_hundreds_of_commands_take_milliseconds_each(tmp_path: Path) -> None:
    with Running(tmp_path, only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        begun = time.process_time()  # server and caller are one process
        for n in range(100):
            number = hotline.dispatch(f"260302091200{n:06d}")
            hotline.command(number, "sign", {"round": 1, "signer": "测试丙"})
            hotline.command(number, "reply", reply_body())
        each = (time.process_time() - begun) / 300
        assert each < 0.03, f"{each * 1000:.1f} ms a call"
        assert {row["state"] for row in platforms.book("hotline").values()} == {"50"}
