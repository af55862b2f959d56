"""The wrong and sensitive words an installation begins with; the office adds its own on the page of phrases."""

from __future__ import annotations

from tickets.models import Term, TermKind

#: Written wrong again and again in replies -> what is meant (现代汉语词典).
WRONG = {
    "截止目前": "截至目前",
    "登陆系统": "登录系统",
    "登陆平台": "登录平台",
    "帐号": "账号",
    "按装": "安装",
    "布署": "部署",
    "既使": "即使",
    "必需要": "必须要",
    "座落": "坐落",
    "松驰": "松弛",
    "穿流不息": "川流不息",
    "再接再励": "再接再厉",
    "一如继往": "一如既往",
    "施工围档": "施工围挡",
    "交通疏道": "交通疏导",
    "份内": "分内",
    "复盖": "覆盖",
    "竣工验受": "竣工验收",
    "渣士车": "渣土车",
    "洒水隆尘": "洒水降尘",
    "拆迁陪偿": "拆迁补偿",
    "烦燥": "烦躁",
}
#: What an office never writes to somebody who asked it.
SENSITIVE = (
    "刁民", "无理取闹", "胡搅蛮缠", "别有用心", "不归我们管", "爱找谁找谁", "跟我们没关系", "管不了", "你自己看着办",
    "绝对没有问题", "百分之百保证",
)  # fmt: skip


def terms() -> list[Term]:
    """Every row, not saved."""
    return [
        *(Term(text=text, kind=TermKind.WRONG.value, instead=instead) for text, instead in WRONG.items()),
        *(Term(text=text, kind=TermKind.SENSITIVE.value) for text in SENSITIVE),
    ]
