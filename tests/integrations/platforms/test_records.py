"""What the platforms send: every row of a folder, and the made-up day."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from integrations.platforms import records
from integrations.platforms.base import Record

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
HOTLINE = "external_id,nature,source,subject,received_on,content,reply\n"
REPLIED = "external_id,petitioner,subject,received_at,content,reply,replied_at\n"
TOPICS = "external_id,petitioner,subject,received_at,content,against,for\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hotline = "".join(f"{n},投诉,网站,样例路围挡{n},2019-08-05,围挡占道{n}。,已拆除围挡{n}。\n" for n in range(1, 41))
    replied = "".join(
        f"{2000 + n},A000{n},咨询样例{n},2019/2/28 11:25:05,请问{n}?,您好,2019/5/9 10:02:08\n" for n in range(60)
    )
    topics = "".join(f"{188000 + n},A000{n},建议样例{n},2019-03-01 8:05,内容{n},0,1\n" for n in range(600))
    (tmp_path / "hotline_cases.csv").write_text(HOTLINE + hotline, encoding="utf-8-sig")
    (tmp_path / "petitions_with_replies.csv").write_text(REPLIED + replied, encoding="utf-8")
    (tmp_path / "petitions_hot_topics.csv").write_text(TOPICS + topics, encoding="utf-8")
    return tmp_path


def test_every_row_becomes_one_record_with_a_number_of_its_own(folder: Path) -> None:
    loaded = records.load(folder, NOW)
    assert len(loaded) == 700 == len(records.by_number(loaded))
    assert {record.platform for record in loaded} == {"hotline", "business", "petition", "inspection"}
    assert all(record.platform == "hotline" for record in loaded if record.extra["file"] == "hotline_cases.csv")


def test_numbers_have_the_form_of_their_platform(folder: Path) -> None:
    for record in records.load(folder, NOW):
        digits = record.number.removeprefix("QY")
        if record.platform == "inspection":
            assert record.number == f"{record.extra['package']['number']}#{record.number.split('#')[1]}"
            continue
        assert digits.isdigit()
        assert len(record.number) in {"hotline": range(18, 21), "petition": (12,), "business": (18,)}[record.platform]


def test_the_same_folder_gives_the_same_records_on_another_day(folder: Path) -> None:
    again = records.load(folder, NOW.replace(month=12))
    assert [record.number for record in again] == [record.number for record in records.load(folder, NOW)]


def test_a_row_more_moves_no_other_number(folder: Path) -> None:
    before = {record.number for record in records.load(folder, NOW) if record.platform != "inspection"}
    with (folder / "hotline_cases.csv").open("a", encoding="utf-8") as stream:
        stream.write("999,咨询,电话,新来的,08/05/2019,新来的一件,\n")
    assert before < {record.number for record in records.load(folder, NOW)}


def test_replies_and_dates_are_kept(folder: Path) -> None:
    found = next(record for record in records.load(folder, NOW) if record.title == "咨询样例7")
    assert found.reply == "您好"
    assert found.call_time == datetime(2019, 2, 28, 11, 25, 5, tzinfo=NOW.tzinfo)
    assert found.replied_at == datetime(2019, 5, 9, 10, 2, 8, tzinfo=NOW.tzinfo)
    assert found.nature == "咨询"


def test_a_missing_file_is_no_rows(folder: Path) -> None:
    (folder / "petitions_hot_topics.csv").unlink()
    assert len(records.load(folder, NOW)) == 100


def test_rows_without_essentials_and_doubled_ids_are_sent_as_they_are(tmp_path: Path) -> None:
    rows = "7,投诉,网站,,2019-13-45,,\n7,投诉,网站,别的事,2019-08-05,另一件,\n,投诉,网站,无编号,,没有编号,\n"
    (tmp_path / "hotline_cases.csv").write_text(HOTLINE + rows, encoding="utf-8")
    loaded = records.load(tmp_path, NOW)
    assert len({record.number for record in loaded}) == 3
    assert loaded[0].call_time == "2019-13-45"
    assert loaded[0].content == ""


def test_problems_stand_in_notices_of_twenty_five(folder: Path) -> None:
    problems = [record for record in records.load(folder, NOW) if record.platform == "inspection"]
    sizes = Counter(record.extra["package"]["number"] for record in problems)
    assert max(sizes.values()) == min(25, len(problems))
    assert all(record.extra["package"]["size"] == sizes[record.extra["package"]["number"]] for record in problems)


def _made_up() -> list[Record]:
    return records.made_up(NOW)


def test_the_made_up_day_has_about_sixty_matters_of_all_platforms() -> None:
    count = Counter(record.platform for record in _made_up())
    assert 55 <= sum(count.values()) <= 65
    assert count == {"hotline": 30, "business": 10, "petition": 12, "inspection": 8}


def test_about_half_of_the_made_up_day_can_be_answered() -> None:
    replies = [record.reply for record in _made_up() if record.reply]
    assert 28 <= len(replies) <= 45
    assert all(10 <= len(reply) <= 2000 for reply in replies)


def test_the_made_up_day_holds_every_kind_of_trouble() -> None:
    day = _made_up()
    assert [record.number for record in day].count("") == 1
    assert any(record.call_time == "2026-13-45 09:00:00" for record in day)
    assert any(record.extra.get("raw") for record in day)
    assert any(record.round == 2 for record in day)
    for fact in ("anonymous", "confidential", "report"):
        assert any(getattr(record, fact) for record in day), fact
    assert [len(record.extra["joint"]) for record in day if "joint" in record.extra] == [4]


def test_a_second_round_comes_after_the_first() -> None:
    rounds = [(record.number, record.round) for record in _made_up() if record.number]
    again = [number for number, turn in rounds if turn == 2]
    assert all(rounds.index((number, 1)) < rounds.index((number, 2)) for number in again)
    assert again


def test_everybody_in_the_made_up_day_is_fictional() -> None:
    people = [(record.caller, record.phone) for record in _made_up()]
    people += [(matter["caller"], matter["phone"]) for matter in records.intake_matters()]
    assert all(not name or name == "匿名" or name.startswith("测试") for name, _ in people)
    assert all(not phone or phone.startswith("1990000") for _, phone in people)


def test_the_other_channels_wait_for_our_own_intake() -> None:
    channels = Counter(matter["channel"] for matter in records.intake_matters())
    assert channels == {"radio": 2, "disclosure": 2, "opinion": 2, "direct": 2}
