"""Made-up openings as an import brings them: four platforms, Chinese texts, callers, the sources' own deadlines on half of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from tickets.domain.messages import Happening, Incoming, Limits, Matter, Party
from tickets.domain.words import Channel, MatterType, Urgency

CHANNELS = (Channel.HOTLINE,) * 6 + (Channel.BUSINESS, Channel.PETITION, Channel.PETITION, Channel.INSPECTION)
TOPICS = (
    "夜间施工噪声",
    "路面破损",
    "扬尘",
    "路灯不亮",
    "拖欠工资",
    "围挡占道",
    "井盖缺失",
    "积水",
    "绿化养护",
    "停车位",
)
TEXT = "样例路与示范街交口附近，{topic}问题持续多日，影响周边居民出行和休息，曾向物业反映未果，请有关单位尽快核实并协调处理。"


def stream(now: datetime, seed: int = 2026) -> Iterator[Incoming]:
    """Endless, the same on every run."""
    chance, number = Random(seed), 0
    while True:
        number += 1
        yield _one(number, now, chance)


def _one(number: int, now: datetime, chance: Random) -> Incoming:
    channel, topic = chance.choice(CHANNELS), chance.choice(TOPICS)
    at = now - timedelta(seconds=chance.randrange(90 * 86_400))
    phone = f"1990{chance.randrange(10**7):07d}"
    limits = Limits(sign=at + timedelta(hours=24), reply=at + timedelta(days=10)) if chance.random() < 0.5 else Limits()
    matter = Matter(
        title=f"样例路{number}号{topic}",
        content=TEXT.format(topic=topic) * chance.randint(1, 3),
        party=Party(name=f"测试{number}", phone=phone, incoming_phone=phone, address=f"样例路{number}号"),
        type=chance.choice((MatterType.COMPLAINT, MatterType.HELP, MatterType.CONSULTATION)),
        urgency=Urgency.ORDINARY if chance.random() < 0.9 else Urgency.URGENT,
        category="城乡建设/施工管理",
        area_code="340000",
        place=f"样例路{number}号",
        is_anonymous=chance.random() < 0.05,
        called_at=at - timedelta(hours=1),
        dispatched_at=at,
        limits=limits,
    )
    text = f"26030209{number:012d}"
    return Incoming(
        channel.value, channel, text, 1, Happening.DISPATCHED, at, version=1, event_id=f"{text}:1", outer_state="registered",
        matter=matter,
    )  # fmt: skip


def take(source: Iterator[Incoming], count: int) -> list[Incoming]:
    """The next ``count``."""
    return list(islice(source, count))
