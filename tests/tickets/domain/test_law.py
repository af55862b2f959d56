"""Each limit of the law as it is installed, counted on cases whose answer can be read off a calendar; the article is quoted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tickets.making import moment
from tickets.domain.deadlines import Pause, Terms, due
from tickets.domain.seed import seed_calendar
from tickets.domain.words import ClockKind
from tickets.management.reference.limits import policies
from tickets.management.reference.pauses import pause_rules
from tickets.models import Policy, Start, Tag

CALENDAR = seed_calendar()
LAW = {row.name: row for row in policies() if row.tag == Tag.LAW}
K = ClockKind

#: (row, kind, start, article as quoted, extension, pauses, from, due)
CASES: tuple[tuple[Any, ...], ...] = (
    # 信访工作条例第二十二条、第二十三条: 应当自收到信访事项之日起15日内书面告知信访人.
    ("信访：书面告知受理", K.NOTICE, Start.RECEIPT, "第二十二条", 0, (), "2026-03-02 09:00", "2026-03-18 00:00"),
    # 15 days end on Saturday 18 April: 民法典第二百零三条, the next working day.
    ("信访：书面告知受理", K.NOTICE, Start.RECEIPT, "第二十三条", 0, (), "2026-04-03 23:59", "2026-04-21 00:00"),
    # 第二十三条: 自收到转送、交办之日起5个工作日内提出异议. Saturday 10 October makes up for the holiday.
    ("信访：转送异议", K.OBJECTION, Start.RECEIPT, "第二十三条", 0, (), "2026-09-28 10:00", "2026-10-11 00:00"),
    # 第三十四条: 自受理之日起60日内办结; 情况复杂的, 经本机关、单位负责人批准, 可以适当延长, 延长期限不得超过30日.
    ("信访：申诉求决类答复", K.REPLY, Start.ACCEPTANCE, "第三十四条", 0, (), "2026-03-02 09:00", "2026-05-07 00:00"),
    ("信访：申诉求决类答复", K.REPLY, Start.ACCEPTANCE, "第三十四条", 30, (), "2026-03-02 09:00", "2026-06-02 00:00"),
    # 第三十五条: 自收到复查请求之日起30日内提出复查意见; 第三十六条: 自收到复核请求之日起30日内, 听证所需时间不计算在内.
    ("信访：复查意见", K.REVIEW, Start.RECEIPT, "第三十五条", 0, (), "2026-03-02 09:00", "2026-04-02 00:00"),
    (
        "信访：复核意见", K.REVIEW, Start.RECEIPT, "第三十六条", 0, (("2026-03-10 00:00", "2026-03-15 00:00"),),
        "2026-03-02 09:00", "2026-04-08 00:00",
    ),
    # 政府信息公开条例第三十三条: 自收到申请之日起20个工作日内答复; 需要延长的, 延长的期限最长不得超过20个工作日.
    ("依申请公开：答复", K.REPLY, Start.CONFIRMATION, "第三十三条", 0, (), "2026-03-02 09:00", "2026-03-31 00:00"),
    ("依申请公开：答复", K.REPLY, Start.CONFIRMATION, "第三十一条", 20, (), "2026-03-02 09:00", "2026-04-29 00:00"),
    # 第三十三条: 征求第三方和其他机关意见所需时间不计算在前款规定的期限内.
    (
        "依申请公开：答复", K.REPLY, Start.CONFIRMATION, "第三十三条", 0, (("2026-03-04 09:00", "2026-03-11 18:00"),),
        "2026-03-02 09:00", "2026-04-08 00:00",
    ),
    # 第三十条: 自收到申请之日起7个工作日内一次性告知申请人作出补正. Saturday 14 February makes up for Spring Festival.
    ("依申请公开：一次告知补正", K.CORRECTION, Start.RECEIPT, "第三十条", 0, (), "2026-02-11 16:00", "2026-02-28 00:00"),
    # 第三十二条: 第三方应当自收到征求意见书之日起15个工作日内提出意见.
    ("依申请公开：第三方答复意见", K.THIRD_PARTY, Start.CONSULTED, "第三十二条", 0, (), "2026-03-04 09:00", "2026-03-26 00:00"),
    # 国办发〔2016〕61号: 特别重大、重大突发事件最迟24小时内, 其他48小时内回应; day and night, whatever the day.
    ("舆情：重大回应", K.REPLY, Start.SOURCE_DISPATCH, "61号", 0, (), "2026-02-17 03:00", "2026-02-18 03:00"),
    ("舆情：特别重大回应", K.REPLY, Start.SOURCE_DISPATCH, "61号", 0, (), "2026-02-17 03:00", "2026-02-18 03:00"),
    ("舆情：一般回应", K.REPLY, Start.SOURCE_DISPATCH, "61号", 0, (), "2026-02-17 03:00", "2026-02-19 03:00"),
)  # fmt: skip


def test_every_law_row_has_its_case_and_its_issuer() -> None:
    assert {case[0] for case in CASES} == set(LAW)
    assert all(row.issuer and row.citation and row.is_active and row.is_confirmed for row in LAW.values())


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[6]}" for case in CASES])
def test_the_law_is_counted_as_it_says(case: tuple[Any, ...]) -> None:
    name, kind, start, article, extension, pauses, begins, ends = case
    row = LAW[name]
    assert (row.clock, row.starts_at) == (kind, start)
    assert article in row.citation
    assert extension <= row.extension_limit
    found = due(
        Terms(row.amount, row.unit, row.end), moment(begins), CALENDAR, [Pause(moment(a), moment(b)) for a, b in pauses],
        extension=extension, strict=True,
    )  # fmt: skip
    assert found.moment == moment(ends)


def test_the_extensions_of_the_law_are_capped() -> None:
    most = {name: int(row.extension_limit) for name, row in LAW.items() if row.extension_limit}
    assert most == {"信访：申诉求决类答复": 30, "依申请公开：答复": 20}


def test_every_rule_of_a_pause_is_cited() -> None:
    rules = {row.ground: row for row in pause_rules()}
    assert {ground for ground, row in rules.items() if row.stops_law} == {"third_party", "correction", "hearing"}
    assert rules["third_party"].cap == 15
    assert all(row.citation and row.issuer for row in rules.values())
    assert all(row.needs_document for row in rules.values() if row.stops_law)


def test_every_place_is_named() -> None:
    rows: list[Policy] = policies()
    assert all(row.issuer for row in rows)
    assert {row.issuer for row in rows if row.tag == Tag.LOCAL} >= {"安徽省", "济南", "潍坊", "安阳", "天津", "山东"}
