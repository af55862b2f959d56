"""What has happened in a house before its pictures are taken: work in every stage, and the pages that only stand open for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from .desk import Desk

Open = Callable[[str], Desk]
#: An ordinary Wednesday: pictures made again differ only in what was changed.
TODAY = date(2026, 11, 25)
CALLER = "19900001234"
MATTER = "示范街与样例路交口工地，昨晚十一点半后还在浇筑混凝土，吵得睡不着，已经连续三晚。希望晚上十点后停工。"
DONE = "{day}上午到场核查，土方车辆未覆盖属实。已责令施工单位当日覆盖裸土、每日洒水不少于 4 次，并在围挡公示监测数据。"
PUBLIC = (
    "您好，您反映的问题经核查属实。施工单位已于{day}完成整改，并增加巡查频次，监测数据在工地围挡公示。感谢您的监督。"
)
ON_AIR = (
    ("19900002211", "样例湖南路路灯不亮，晚上看不清路", "样例湖南路"),
    ("", "工地渣土车带泥上路，早高峰路面湿滑", "示范大道与样例东路交口"),
    ("19900002213", "咨询示范第二医院扩建何时投用", "示范第二医院"),
    ("19900002214", "小学门口希望增设红绿灯", "样例学校"),
)


@dataclass
class Lived:
    """What the pictures lead to: tickets by what was done with them, and the receipt of a call."""

    tickets: dict[str, str] = field(default_factory=dict)
    code: str = ""
    radio: str = ""


def live(open_: Open) -> Lived:
    """A morning of the made-up bureau, by the pages."""
    lived = Lived()
    _call(open_("dengji"), lived)
    _sitting(open_("dengji"), lived)
    _asks(open_("eng1-chengban"), lived, "ask_extension", amount="5", reason="降雨影响沥青摊铺，需顺延。")
    until = {"until": f"{TODAY + timedelta(days=30)}", "review_on": f"{TODAY + timedelta(days=20)}"}
    _asks(open_("eng2-chengban"), lived, "ask_suspension", code="other_unit", reason="等待电力迁改批复。", **until)
    _asks(
        open_("quality-chengban"), lived, "ask_section_return", code="not_duty", reason="事涉物业管理，不属本科室职责。"
    )
    _chase(open_("paidan"), lived)
    return lived


def _call(clerk: Desk, lived: Lived) -> None:
    """Somebody calls twice; the second call has something to pop up."""
    clerk.go("/intake/")
    type_call(clerk, "样例路路灯不亮，已经一周，晚上出行不便。希望尽快修复。", "样例路 12 号")
    clerk.page.keyboard.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/receipt/**")
    lived.tickets["receipt"] = clerk.page.url.rstrip("/").rsplit("/", 1)[1]
    lived.code = clerk.page.locator(".receipt .big").nth(1).inner_text()


def type_call(clerk: Desk, matter: str, place: str) -> None:
    """The form of a call, filled in; what is known of it stands beside."""
    page = clerk.page
    page.fill("[name=incoming_phone]", CALLER)
    page.fill("[name=name]", "测试甲")
    page.fill("[name=content]", matter)
    page.fill("[name=place]", place)
    page.select_option("[name=type]", "complaint")
    page.wait_for_timeout(1500)


def _sitting(clerk: Desk, lived: Lived) -> None:
    clerk.go("/intake/radio/")
    clerk.page.fill("[name=programme]", "政风行风热线")
    clerk.page.fill("[name=guest]", "测试丁")
    clerk.page.locator("main form button.primary").last.click()
    clerk.page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[1].isdigit())
    for number, (phone, what, place) in enumerate(ON_AIR, start=1):
        for name, text in {"phone": phone, "content": what, "place": place}.items():
            clerk.page.fill(f"#sitting [name={name}]", text)
        clerk.page.press("#sitting [name=place]", "Enter")
        clerk.page.locator("#sitting tbody tr").nth(number - 1).wait_for()
    lived.radio = clerk.page.url.removeprefix(clerk.house.address)


def _asks(handler: Desk, lived: Lived, action: str, **fields: str) -> None:
    """The first ticket of his, else of his section, where this can be asked."""
    found = []
    for name in ("mine", "queue"):
        handler.go(f"/desk/?list={name}")
        found += [link for link in handler.links() if link.startswith("/tickets/")]
    for address in found:
        number = address.split("/")[2]
        handler.open_ticket(number)
        if handler.page.locator(f'main a[href*="/{action}/"]').count() and number not in lived.tickets.values():
            handler.act(action, **fields)
            lived.tickets[action] = number
            return
    raise AssertionError(f"nothing to {action}")


def _chase(office: Desk, lived: Lived) -> None:
    office.open_ticket(lived.tickets["ask_extension"])
    office.act("chase", content="来源平台再次来电，请今天联系群众并说明进展。")


def write_reply(handler: Desk) -> None:
    """Both texts of the reply desk; nothing is sent."""
    day = f"{TODAY:%-m月%-d日}"
    handler.page.fill("#reply [name=handling]", DONE.format(day=day))
    handler.page.fill("#reply [name=public_text]", PUBLIC.format(day=day))
    handler.page.locator('#reply [name=outcome][value="solved"], #reply [name=outcome]').first.evaluate(
        "field => { if (field.tagName === 'SELECT') field.value = 'solved'; else field.checked = true;"
        " field.dispatchEvent(new Event('change', { bubbles: true })) }"
    )
    handler.page.wait_for_timeout(1800)
