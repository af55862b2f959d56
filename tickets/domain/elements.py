"""五要素: who, when, where, what, and what is asked; what a matter does not say yet."""

from __future__ import annotations

import re

from .words import Labelled

LEAST_WHAT = 6
#: A day, an hour, or how long it has been going on.
_WHEN = re.compile(
    r"\d{1,2}\s*[点时月日号]|[一二三四五六七八九十两半]+[点天周年]|今|昨|前天|明天|最近|近期|目前|现在|刚才|一直|长期|连续|每[天日晚周]"
    r"|早上|上午|中午|下午|晚|夜|凌晨|周[一二三四五六日末]|星期|年初|年底|何时|什么时候|\d{4}"
)
_WHERE = re.compile(r"[路街巷道桥口区县镇乡村庄院校园站楼栋号段]|工地|小区|现场|门口|项目|工程")
_ASKED = re.compile(
    r"希望|请求|要求|建议|请问|咨询|询问|想问|何时|何故|为什么|能否|能不能|是否|可否|解决|处理|尽快|感谢"
    r"|[？?]|^请|[，。；]请"
)


class Element(Labelled):
    """五要素."""

    WHO = "who", "何人", "Who"
    WHEN = "when", "何时", "When"
    WHERE = "where", "何地", "Where"
    WHAT = "what", "何事", "What"
    WANTED = "wanted", "何求", "What is asked"


def said(*, content: str, place: str = "", who: str = "", is_anonymous: bool = False) -> dict[Element, bool]:
    """Each element and whether the matter says it, as far as words can tell: a help for the ear, never a condition."""
    return {
        Element.WHO: bool(who.strip()) or is_anonymous,
        Element.WHEN: bool(_WHEN.search(content)),
        Element.WHERE: bool(place.strip()) or bool(_WHERE.search(content)),
        Element.WHAT: len(content.strip()) >= LEAST_WHAT,
        Element.WANTED: bool(_ASKED.search(content)),
    }
