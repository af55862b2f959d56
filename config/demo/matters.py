"""Made-up matters without end: every channel, the office's usual topics, places and callers that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.words import Channel, MatterType, Urgency

CHANNELS = (
    (Channel.HOTLINE, 55), (Channel.BUSINESS, 10), (Channel.PETITION, 12), (Channel.INSPECTION, 8), (Channel.RADIO, 3),
    (Channel.DISCLOSURE, 2), (Channel.OPINION, 2), (Channel.DIRECT, 8),
)  # fmt: skip
TOPICS = (
    ("夜间施工噪声扰民", "工地每晚十一点以后仍在浇筑，老人孩子无法休息"), ("工地扬尘严重", "裸土没有覆盖，一刮风小区都是灰"),
    ("围挡破损", "围挡破损多日无人修复，行人有危险"), ("路面坑洼", "路面坑洼不平，雨天积水，电动车多次摔倒"),
    ("路灯不亮", "路灯一周不亮，夜间出行不便"), ("渣土车带泥上路", "渣土车带泥上路，路面湿滑"),
    ("咨询竣工时间", "想了解项目什么时候竣工通车"), ("过渡费未发放", "拆迁过渡费已三个月没有发放"),
    ("农民工工资", "工程已完工，工资仍未结清"), ("井盖缺失", "井盖缺失，没有设置警示标志"),
    ("建议增设红绿灯", "学校门口车流量大，建议增设红绿灯"), ("盲道被占用", "盲道被施工材料占用"),
)  # fmt: skip
ROADS = (
    "样例路",
    "示范大道",
    "样例东路",
    "示范街",
    "样例湖北岸",
    "示范三路",
    "样例新城",
    "示范学校",
    "样例医院",
    "示范桥",
)
TYPES = (MatterType.COMPLAINT, MatterType.COMPLAINT, MatterType.HELP, MatterType.CONSULTATION, MatterType.SUGGESTION)
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def stream(chance: Random) -> Iterator[Matter]:
    """Endless, the same for the same chance."""
    number = 0
    while True:
        number += 1
        topic, told = chance.choice(TOPICS)
        place = f"{chance.choice(ROADS)}{chance.randrange(1, 400)}号"
        person = chance.randrange(40_000)
        name = f"测试{STEMS[person % 10]}{BRANCHES[person // 10 % 12]}"
        phone = f"1990000{person % 10_000:04d}"
        yield Matter(
            title=f"{place}{topic}",
            content=f"{place}附近{told}，希望尽快处理并答复。",
            party=Party(name=name, phone=phone, incoming_phone=phone),
            type=chance.choice(TYPES),
            urgency=Urgency.ORDINARY if chance.random() < 0.93 else Urgency.URGENT,
            category="城乡建设_市政建设_施工管理",
            area_code="341302",
            place=place,
            is_anonymous=chance.random() < 0.04,
        )


#: No rule of the made-up bureau speaks of these: the office dispatches them by hand.
BY_HAND = ("咨询竣工时间", "盲道被占用")


def routed(source: Iterator[Matter]) -> Iterator[Matter]:
    """Without those that would wait for the office."""
    return (matter for matter in source if not matter.title.endswith(BY_HAND))


def take(source: Iterator[Matter], count: int, came: datetime) -> list[Incoming]:
    """The next ``count``, as their sources would tell of them at ``came``."""
    chance = Random(int(came.timestamp()))
    names, weights = zip(*CHANNELS, strict=True)
    made = []
    for place in range(count):
        channel = chance.choices(names, weights)[0]
        matter = replace(next(source), called_at=came - timedelta(minutes=5), dispatched_at=came, confirmed_at=came)
        number = f"SEED{int(came.timestamp())}{place:05d}"
        made.append(Incoming(
            channel.value, channel, number, 1, Happening.DISPATCHED, came, version=1, event_id=f"{number}:1",
            outer_state="registered" if channel in PLATFORMS else "", matter=matter,
        ))  # fmt: skip
    return made


PLATFORMS = (Channel.HOTLINE, Channel.BUSINESS, Channel.PETITION, Channel.INSPECTION)
