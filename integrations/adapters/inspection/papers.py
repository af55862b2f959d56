"""Problems in running text: numbered paragraphs of a letter, numbered lines of a PDF; and what a letter says about itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from integrations.adapters.inspection.limits import day_of
from integrations.adapters.inspection.tables import VARIANTS, Problem, field_of, photo_names, squeeze

_LABELS = "|".join(
    sorted(
        (v for name in ("place", "description", "photos", "limit", "unit", "measure") for v in VARIANTS[name]), key=len
    )[::-1]
)
_LABELLED = re.compile(rf"({_LABELS})\s*[:：]")
_NUMBERED = re.compile(r"^\s*[(（]?(\d{1,4})\s*[)）.．、]\s*(?!\d)(.+)$", re.DOTALL)
_IN_BRACKETS = re.compile(r"^【(.+?)】(.*)$", re.DOTALL)
_PHOTOS = re.compile(r"[(（]\s*(?:现场)?(?:照片|图片)(?:编号)?\s*[:：]\s*(.+?)\s*[)）]")
_LIMIT = re.compile(
    r"[(（,，。;；]?\s*(限.{1,24}?(?:前|内)(?:整改|完成)(?:到位|完毕)?|立行立改|立即整改)\s*[)）。;；]?\s*$"
)
_ENDED = re.compile(r"(?:[。;；]|整改|到位|完毕|立行立改)\s*$")
_NEXT = re.compile(r"^\s*(请|联系人|特此|附件|附[:：]|注[:：]|以上|逾期|抄送|各|你)|^\s*\d{4}年\d{1,2}月\d{1,2}日\s*$")
_NUMBER = re.compile(r"([\u4e00-\u9fff]{2,16})[〔\[【(（［]((?:19|20)\d{2})[〕\]】)）］](第?)(\d{1,5})号")
_PREFIXES = re.compile(
    r"^(?:发文字号|发文编号|督办编号|文号|编号|字号|现将|现对|现|将|撤销|收回|根据|依据|按照|关于|原|对|和|及|与|自)+"
)
_REMARK = re.compile(r"[(（][^()（）]*非正式公文[^()（）]*[)）]\s*$")


def numbers(text: str) -> list[str]:
    """Every 文号 in a text, normalised to ``宿创办〔2026〕31号``: no blanks, brackets 〔〕."""
    found = [parts for line in text.splitlines() for parts in _NUMBER.findall(squeeze(line))]
    return [f"{_PREFIXES.sub('', office) or office}〔{year}〕{word}{serial}号" for office, year, word, serial in found]


def mentions(text: str, number: str) -> bool:
    """Whether a text names this 文号, in any brackets."""
    plain = re.sub(r"[\[【(（［]", "〔", re.sub(r"[\]】)）］]", "〕", squeeze(text)))
    return number in plain


def title_of(texts: Sequence[str]) -> str:
    """The first line that calls itself a notice, list or order; drafting remarks in brackets are no part of it."""
    for text in texts[:8]:
        bare = _REMARK.sub("", text).strip()
        if (
            re.search(r"通知|清单|督办单|通报|交办单|整改函|台账", squeeze(bare))
            and not numbers(bare)
            and len(bare) <= 120
        ):
            return squeeze(bare)
    return ""


def is_withdrawal(title: str) -> bool:
    """撤销通知, also 关于撤销……的通知."""
    return "撤销" in title and "通知" in title


def labelled(texts: Sequence[str], *labels: str) -> str:
    """What stands after ``标签:`` in the texts around a table, up to the next wide gap or sentence end."""
    for text in texts:
        for label in labels:
            found = re.search(rf"{label}\s*[:：]\s*([^。;；\n]+?)(?=\s{{2,}}|\s+\S{{2,8}}[:：]|[。;；\n]|$)", text)
            if found:
                return found[1].strip()
    return ""


def issued_on(texts: Sequence[str]) -> str:
    """发文日期, 交办时间, or the date that stands alone at the end of the letter; ISO date or ''."""
    if told := day_of(labelled(texts, "发文日期", "交办时间", "交办日期", "印发日期")):
        return told
    alone = [text for text in texts if re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", squeeze(text))]
    return day_of(squeeze(alone[-1])) if alone else ""


def issuer(texts: Sequence[str]) -> str:
    """发文单位, or the signature right above the closing date, or the letterhead."""
    if told := labelled(texts, "发文单位", "发文机关", "交办单位"):
        return told
    bare = [squeeze(text) for text in texts]
    for above, below in pairwise(bare):
        if (
            re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", below)
            and 2 <= len(above) <= 40
            and not re.search(r"[:：。]", above)
        ):
            return above
    return ""


# --- problems --------------------------------------------------------------------------------------------------------


def of_paragraphs(texts: Sequence[str]) -> tuple[list[Problem], list[str]]:
    """Numbered (or labelled) paragraphs as problems, and the other paragraphs."""
    problems: list[Problem] = []
    rest: list[str] = []
    for text in texts:
        problem = _problem(text, len(problems) + 1)
        if problem is None:
            rest.append(text)
        else:
            problems.append(problem)
    return problems, rest


def of_lines(lines: Sequence[str]) -> tuple[list[Problem], list[str]]:
    """As ``of_paragraphs``, for lines cut by the page: a numbered line goes on until its sentence ends."""
    return of_paragraphs(joined(lines))


def joined(lines: Sequence[str]) -> list[str]:
    """Lines of a page as paragraphs: a line goes on in the next while it is a full, unfinished one."""
    paragraphs: list[str] = []
    widest = max((len(line) for line in lines), default=0)
    is_open = False
    for line in lines:
        starts = bool(_NUMBERED.match(line)) or bool(_NEXT.match(line))
        if is_open and not starts:
            paragraphs[-1] += line
        else:
            paragraphs.append(line)
        numbered = bool(_NUMBERED.match(paragraphs[-1]))
        is_open = (
            not _ENDED.search(line) if numbered else len(line) >= widest - 3 and not re.search(r"[。:：]\s*$", line)
        )
    return paragraphs


def _problem(text: str, position: int) -> Problem | None:
    numbered = _NUMBERED.match(text)
    seq, body = (str(int(numbered[1])), numbered[2].strip()) if numbered else ("", text.strip())
    parts = _labelled_parts(body)
    if {"place", "description"} <= set(parts):
        return Problem(position, seq, photos=photo_names(parts.pop("photos", "")), **parts)
    return _plain(position, seq, body) if seq else None


def _labelled_parts(body: str) -> dict[str, str]:
    """``点位:…。问题:…。整改期限:…。`` as values by meaning."""
    found = list(_LABELLED.finditer(body))
    parts: dict[str, str] = {}
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(body)
        parts.setdefault(field_of(match[1]), body[match.end() : end].strip().rstrip("。;；,，").strip())
    return parts


def _plain(position: int, seq: str, body: str) -> Problem | None:
    """``【样例路东段】围挡破损(照片:1-1)限3月6日前整改`` or ``样例路:围挡破损;``."""
    photos = _PHOTOS.search(body)
    body = _PHOTOS.sub("", body)
    limit = _LIMIT.search(body)
    body = body[: limit.start()] if limit else body
    bracketed = _IN_BRACKETS.match(body)
    place, sep, said = (bracketed[1], "】", bracketed[2]) if bracketed else _split(body)
    if not sep:
        return None
    told = re.sub(r"^限(?=立)", "", limit[1]) if limit else ""
    names = photo_names(photos[1]) if photos else ()
    return Problem(position, seq, place.strip(), said.strip().rstrip("。;；,，").strip(), names, told)


def _split(body: str) -> tuple[str, str, str]:
    found = re.match(r"^([^:：。]{2,60})([:：])(.+)$", body, re.DOTALL)
    return (found[1], found[2], found[3]) if found else ("", "", body)
