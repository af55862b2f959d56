"""The control API of the stand-ins: sending, dripping, dispatching, deciding, the clock, and how it says no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.platforms.base import Request
from integrations.platforms.misbehave import Switchboard

from .callers import HotlineCaller
from .receiver import until
from .running import Running


@pytest.fixture
def platforms(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path, records="made-up") as running:
        yield running


def test_send_releases_everything_and_progress_counts_it(platforms: Running) -> None:
    before = platforms.control("progress")
    assert (before["dispatched"], before["items"], before["waiting"]) == (0, 0, before["total"])
    after = platforms.control("send", {})
    assert after["sent"] == after["dispatched"] == after["total"] == before["total"]
    books = sum(len(platforms.book(name)) for name in ("hotline", "business", "petition"))
    inspected = platforms.control("book?platform=inspection")["rows"]
    assert books + len(inspected) == after["items"]
    assert after["items"] + after["items_without_identity"] == after["total"]
    assert platforms.control("send", {})["sent"] == 0


def test_the_day_drips_while_one_watches(platforms: Running) -> None:
    platforms.control("send", {"per_second": 50})
    until(lambda: platforms.control("progress")["dispatched"] >= 5)
    platforms.control("send", {"per_second": 0})


def test_health_names_the_platforms_and_the_time(platforms: Running) -> None:
    platforms.control("clock", {"now": "2027-01-04T09:00:00"})
    health = platforms.control("health")
    assert health["platforms"] == ["hotline", "business", "petition", "inspection"]
    assert health["now"].startswith("2027-01-04T09:00:0")
    assert health["now"].endswith("+08:00")


def test_commands_keep_key_bytes_time_and_receipt(platforms: Running) -> None:
    hotline = HotlineCaller(platforms)
    number = hotline.dispatch()
    receipt = hotline.command(number, "sign", {"round": 1, "signer": "测试丙"}, "ob-7").json()["data"]["receiptNo"]
    row = platforms.control("commands?platform=hotline")["rows"][0]
    assert (row["key"], row["name"], row["receipt"]) == ("ob-7", "sign", receipt)
    assert row["body"] == '{"round": 1, "signer": "测试丙"}'


def test_a_later_round_of_an_unanswered_matter_takes_the_first_back(platforms: Running) -> None:
    hotline = HotlineCaller(platforms)
    number = hotline.dispatch()
    hotline.dispatch(number, round=2)
    hotline.dispatch(number, round=1)
    rounds = {key[1]: row["meaning"] for key, row in platforms.book("hotline").items() if key[0] == number}
    assert rounds == {1: "terminated", 2: "registered"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nothing", {}, 404),
        ("dispatch", {"platform": "hotline", "record": {"number": "1", "colour": "red"}}, 400),
        ("dispatch", {"platform": "hotline", "record": {"title": "x"}}, 400),
        ("dispatch", {"platform": "radio", "record": {"number": "1"}}, 404),
        ("happen", {"platform": "hotline", "number": "unknown", "kind": "urge"}, 404),
        ("misbehave", {"platform": "hotline", "name": "sing"}, 404),
        ("clock", {"now": "noon"}, 400),
    ],
)
def test_it_says_what_is_wrong(platforms: Running, path: str, body: dict[str, object], status: int) -> None:
    assert platforms.control(path, body, status=status)["error"]


def test_the_control_is_for_this_machine_only(platforms: Running) -> None:
    asked = Request("GET", "/_control/health")
    assert platforms.server.answer(asked, is_local=True).status == 200
    assert platforms.server.answer(asked, is_local=False).status == 403


def test_the_switchboard_is_off_counts_down_and_repeats() -> None:
    board, same = Switchboard(), Switchboard()
    assert not board.due("hotline", "slow")
    board.set("hotline", "slow", times=2, where="feed")
    asked = [("hotline", "slow", where) for where in ("ledger", "feed", "feed", "feed")]
    assert [board.due(*question) for question in asked] == [False, True, True, False]
    for one in (board, same):
        one.set("hotline", "twice", share=0.5)
    drawn = [board.due("hotline", "twice") for _ in range(200)]
    assert drawn == [same.due("hotline", "twice") for _ in range(200)]
    assert 60 < sum(drawn) < 140
    board.set("hotline", "twice", off=True)
    assert not any(board.due("hotline", "twice") for _ in range(20))
    board.set("hotline", "slow", share=0)
    assert not board.due("hotline", "slow", "feed")


def test_misbehaviour_from_the_start_must_be_known(tmp_path: Path) -> None:
    with Running(tmp_path / "one", only=("hotline",), misbehave="hotline:twice=0.5,slow") as running:
        assert [(one["name"], one["share"]) for one in running.control("misbehave")["on"]] == [
            ("slow", 0.05),
            ("twice", 0.5),
        ]
    with pytest.raises(ValueError, match="sing"):
        Running(tmp_path / "two", only=("hotline",), misbehave="sing")
