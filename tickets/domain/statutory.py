"""The days off that the law itself fixes, for years whose table the State Council has not published yet (暂定).

全国年节及纪念日放假办法 (2024 revision, in force from 2025): New Year 1 day, Spring Festival 4 (from its eve), Qingming 1,
Labour Day 2, Dragon Boat 1, Mid-Autumn 1, National Day 3. Make-up working days and bridges cannot be computed.
"""

from __future__ import annotations

from datetime import date, timedelta

Names = tuple[str, str]

NEW_YEAR: Names = ("元旦", "New Year's Day")
SPRING: Names = ("春节", "Spring Festival")
QINGMING: Names = ("清明节", "Tomb-sweeping Day")
LABOUR: Names = ("劳动节", "Labour Day")
DRAGON_BOAT: Names = ("端午节", "Dragon Boat Festival")
MID_AUTUMN: Names = ("中秋节", "Mid-autumn Festival")
NATIONAL: Names = ("国庆节", "National Day")

# Year: (first day of the lunar year, fifth of the fifth month, fifteenth of the eighth), each (month, day).
LUNAR: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
    2037: ((2, 15), (6, 18), (9, 24)),
    2038: ((2, 4), (6, 7), (9, 13)),
    2039: ((1, 24), (5, 27), (10, 2)),
    2040: ((2, 12), (6, 14), (9, 20)),
}


def statutory_days(year: int) -> dict[date, Names]:
    """Date -> (Chinese name, English name); the lunar festivals only for the years of the table."""
    fixed = {
        date(year, 1, 1): NEW_YEAR,
        qingming(year): QINGMING,
        date(year, 5, 1): LABOUR,
        date(year, 5, 2): LABOUR,
        **{date(year, 10, day): NATIONAL for day in (1, 2, 3)},
    }
    if year not in LUNAR:
        return fixed
    first, fifth, eighth = (date(year, month, day) for month, day in LUNAR[year])
    spring = {first + timedelta(days=days): SPRING for days in (-1, 0, 1, 2)}
    return spring | {fifth: DRAGON_BOAT, eighth: MID_AUTUMN} | fixed


def qingming(year: int) -> date:
    """The solar term 清明: 4 or 5 April between 2000 and 2099 (the usual century formula)."""
    count = year % 100
    return date(year, 4, int(count * 0.2422 + 4.81) - count // 4)
