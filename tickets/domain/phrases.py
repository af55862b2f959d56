"""The words of an explanation, as pairs (Chinese, English)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from .counting import day_of
from .itemise import COUNTED, Piece, Rule
from .terms import Due, End, Terms, Unit

Pair = tuple[str, str]
WEEKDAYS: tuple[Pair, ...] = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def begins(begin: datetime, unit: Unit, event: Pair) -> Pair:
    """10月8日派单，当日不计."""
    zh, en = on(begin.date(), begin.year)
    if unit.is_days:
        return f"{zh}{event[0]}，当日不计", f"{en} {event[1]}, that day is not counted"
    return f"{zh}{begin:%H:%M}{event[0]}", f"{en} {begin:%H:%M} {event[1]}"


def ends(found: Due, terms: Terms, year: int, *, dated: bool) -> Pair:
    """10月10日下班时（17:30）到期; the day is left out when the sentence has just named it."""
    if found.last_day is None:
        zh, en = at_time(found.moment, year)
        return f"{zh}到期", f"due {en}"
    zh, en = on(found.last_day, year) if dated else ("", "")
    if terms.end is End.CLOSE:
        return (
            f"{zh}下班时（{found.moment:%H:%M}）到期",
            f"due {en} at close of business ({found.moment:%H:%M})".replace("  ", " "),
        )
    return f"{zh}24时到期", f"due {en} at 24:00".replace("  ", " ")


def extended(terms: Terms, by: Decimal) -> Pair:
    """What of the whole is the limit itself, and what an extension gave."""
    first, more = (f"{amount.normalize():f}" for amount in (terms.amount, by))
    return (
        f"其中原时限 {first} {terms.unit.zh}，延期 {more} {terms.unit.zh}。",
        f"Of these, {first} {terms.unit.en} are the limit and {more} an extension.",
    )


def describe(piece: Piece, so_far: int, year: int) -> Pair:
    """One piece as a clause; ``so_far`` days were counted before it."""
    return CLAUSES[piece.rule](piece, so_far, year)


def in_short(pieces: Sequence[Piece], unit: Unit, year: int) -> Pair:
    """A long run in one clause: what was counted between which days, and how many days were left out for what."""
    counted = [piece for piece in pieces if piece.rule in COUNTED]
    zh, en = span(counted[0].starts, counted[-1].ends, year)
    amount = sum(piece.amount for piece in counted)
    total_zh, total_en = (f"{amount:g} {unit.zh}", f"{amount:g} {unit.en}") if unit.is_days else length(amount)
    left = [text for rules, pair in LEFT_OUT if (text := _left_out(pieces, rules, pair))]
    if not left:
        return f"{zh}共 {total_zh}", f"{en} {total_en}"
    without_zh, without_en = "、".join(each[0] for each in left), ", ".join(each[1] for each in left)
    return f"{zh}共 {total_zh}（{without_zh}不计）", f"{en} {total_en} (not counted: {without_en})"


def not_published(covered_until: date | None) -> Pair:
    """暂定: why the answer may still move."""
    if covered_until is None:
        return (
            "暂定：尚无放假安排，按周末和法定节日推算",
            "provisional: no holiday table, weekends and statutory days are assumed",
        )
    zh, en = on(covered_until, 0)
    return (
        f"暂定：{zh}之后的放假安排尚未公布，按周末和法定节日推算",
        f"provisional: the holiday table after {en} is not published, weekends and statutory days are assumed",
    )


# -- one clause a rule -----------------------------------------------------------------------------------------------------


def _start_day(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    return f"{zh}为起算当日，不计（民法典第二百零一条）", f"{en} is the first day, not counted (Civil Code art. 201)"


def _working(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    number_zh, number_en = _number(so_far, int(piece.amount))
    return f"{zh}第 {number_zh} 个工作日", f"{en} working day {number_en}"


def _makeup(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    week_zh, week_en = WEEKDAYS[piece.starts.weekday()]
    if piece.amount > 1:
        week_zh, week_en = "周末", "weekend"
    number_zh, number_en = _number(so_far, int(piece.amount))
    return (
        f"{zh}（{week_zh}，调休上班）第 {number_zh} 个工作日",
        f"{en} ({week_en}, make-up working day) working day {number_en}",
    )


def _calendar(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    number_zh, number_en = _number(so_far, int(piece.amount))
    return f"{zh}第 {number_zh} 日", f"{en} day {number_en}"


def _open_time(piece: Piece, so_far: int, year: int) -> Pair:
    (zh, en), (long_zh, long_en) = span(piece.starts, piece.ends, year, timed=True), length(piece.amount)
    return f"{zh}计 {long_zh}", f"{en} {long_en}"


def _open_days(piece: Piece, so_far: int, year: int) -> Pair:
    (zh, en), (long_zh, long_en) = _days(piece, year), length(piece.amount)
    return f"{zh}全部办公时间（{piece.name_zh}）计 {long_zh}", f"{en} all office hours ({piece.name_zh}) {long_en}"


def _weekend(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    return f"{zh}周末，不计", f"{en} weekend, not counted"


def _holiday(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    return f"{zh}{piece.name_zh or '节日'}放假，不计", f"{en} {piece.name_en or 'holiday'}, not counted"


def _paused(piece: Piece, so_far: int, year: int) -> Pair:
    whole = piece.starts.time() == piece.ends.time() == datetime.min.time()
    zh, en = span(piece.starts, piece.ends, year, timed=not whole)
    return f"{zh}暂停，不计", f"{en} paused, not counted"


def _rolled(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    why_zh, why_en = (f"{piece.name_zh}放假", piece.name_en) if piece.name_zh else ("周末", "weekend")
    return f"{zh}{why_zh}，顺延（民法典第二百零三条）", f"{en} {why_en}, rolls on (Civil Code art. 203)"


def _rolled_to(piece: Piece, so_far: int, year: int) -> Pair:
    zh, en = _days(piece, year)
    return f"顺延至{zh}", f"rolls to {en}"


CLAUSES: dict[Rule, Callable[[Piece, int, int], Pair]] = {
    Rule.START_DAY: _start_day,
    Rule.WORKING_DAY: _working,
    Rule.MAKEUP_DAY: _makeup,
    Rule.CALENDAR_DAY: _calendar,
    Rule.OPEN_TIME: _open_time,
    Rule.OPEN_DAYS: _open_days,
    Rule.CLOCK_TIME: _open_time,
    Rule.WEEKEND: _weekend,
    Rule.HOLIDAY: _holiday,
    Rule.PAUSED: _paused,
    Rule.ROLLED: _rolled,
    Rule.ROLLED_TO: _rolled_to,
}
LEFT_OUT: tuple[tuple[frozenset[Rule], Pair], ...] = (
    (frozenset({Rule.WEEKEND}), ("周末", "weekend")),
    (frozenset({Rule.HOLIDAY}), ("节假日", "holiday")),
    (frozenset({Rule.PAUSED}), ("暂停", "paused")),
    (frozenset({Rule.ROLLED}), ("顺延", "rolled over")),
)


# -- dates and lengths -----------------------------------------------------------------------------------------------------


def on(day: date, year: int) -> Pair:
    """10月8日, with its year when that is not ``year``."""
    zh, en = f"{day.month}月{day.day}日", f"{day.day} {MONTHS[day.month - 1]}"
    return (zh, en) if day.year == year else (f"{day.year}年{zh}", f"{en} {day.year}")


def at_time(moment: datetime, year: int) -> Pair:
    """10月8日10:00; 00:00 is 24:00 of the day before."""
    day = day_of(moment) if moment.time() == datetime.min.time() else moment.date()
    clock = "24:00" if day != moment.date() else f"{moment:%H:%M:%S}".removesuffix(":00")
    zh, en = on(day, year)
    return f"{zh}{clock}", f"{en} {clock}"


def span(starts: datetime, ends: datetime, year: int, *, timed: bool = False) -> Pair:
    """From ... to: of days (last one included), or of moments."""
    if timed:
        first, last = (
            (f"{on(starts.date(), year)[0]}{starts:%H:%M}", f"{on(starts.date(), year)[1]} {starts:%H:%M}"),
            at_time(ends, year),
        )
        if day_of(ends) == starts.date():
            clock = last[1].rsplit(" ", 1)[1]
            return f"{first[0]}–{clock}", f"{first[1]}–{clock}"
    else:
        first, last = on(starts.date(), year), on(day_of(ends), year)
    return first if first == last else (f"{first[0]}至{last[0]}", f"{first[1]} to {last[1]}")


def length(seconds: float) -> Pair:
    """2 小时 15 分."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [(hours, "小时", "h"), (minutes, "分", "min"), (round(rest, 6), "秒", "s")]
    told = [(f"{number:g} {zh}", f"{number:g} {en}") for number, zh, en in parts if number] or [("0 分", "0 min")]
    return " ".join(zh for zh, _ in told), " ".join(en for _, en in told)


def _days(piece: Piece, year: int) -> Pair:
    return span(piece.starts, piece.ends, year)


def _number(so_far: int, amount: int) -> Pair:
    if amount == 1:
        return str(so_far + 1), str(so_far + 1)
    return f"{so_far + 1} 至 {so_far + amount}", f"{so_far + 1} to {so_far + amount}"


def _left_out(pieces: Sequence[Piece], rules: frozenset[Rule], pair: Pair) -> Pair | None:
    time = sum((piece.ends - piece.starts for piece in pieces if piece.rule in rules), timedelta())
    if not time:
        return None
    if time % timedelta(days=1):
        zh, en = length(time.total_seconds())
        return f"{pair[0]} {zh}", f"{pair[1]} {en}"
    return f"{pair[0]} {time.days} 日", f"{pair[1]} {time.days} d"
