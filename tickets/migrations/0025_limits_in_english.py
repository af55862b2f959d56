"""Limits say their name and what they rest on in English too; rows that are there already get it by their Chinese."""

from typing import Any

from django.db import migrations, models

PETITIONS = "Regulations on Petition Work (2022)"
DISCLOSURE = "Regulations on the Disclosure of Government Information (2019)"

NAMES = {
    "信访：书面告知受理": "Petition: written notice of receipt",
    "信访：转送异议": "Petition: objection to a transfer",
    "信访：申诉求决类答复": "Petition: answer to a claim",
    "信访：复查意见": "Petition: opinion on review",
    "信访：复核意见": "Petition: opinion on final review",
    "信访：咨询类答复": "Petition: answer to a consultation",
    "信访：建议类答复": "Petition: answer to a suggestion",
    "信访：表扬类答复": "Petition: answer to praise",
    "信访：举报类答复": "Petition: answer to a report of wrongdoing",
    "依申请公开：答复": "Disclosure: answer",
    "依申请公开：一次告知补正": "Disclosure: asking once for correction",
    "依申请公开：第三方答复意见": "Disclosure: the third party's opinion",
    "舆情：重大回应": "Public opinion: response, major",
    "舆情：特别重大回应": "Public opinion: response, very major",
    "舆情：一般回应": "Public opinion: response, ordinary",
    "宿事速办：咨询类": "Hotline: consultations",
    "宿事速办：其他各类": "Hotline: all other kinds",
    "宿事速办：签收": "Hotline: sign for",
    "宿事速办：首次联系": "Hotline: first contact",
    "宿事速办：退单": "Hotline: return",
    "为企服务：启动联系": "Business platform: first contact",
    "为企服务：阶段答复": "Business platform: interim answer",
    "为企服务：办结答复": "Business platform: final answer",
    "政风行风热线：答复": "Radio hotline: answer",
    "各渠道：答复（无其他规定时）": "All channels: answer, where nothing else is set",
    "各渠道：重办": "All channels: redo",
    "科室：签收": "Section: sign for",
    "科室：签收（紧急）": "Section: sign for, urgent",
    "科室：签收（特急）": "Section: sign for, critical",
    "科室：签收（舆情）": "Section: sign for public opinion",
    "科室：签收（舆情，重大）": "Section: sign for public opinion, major",
    "科室：签收（舆情，特别重大）": "Section: sign for public opinion, very major",
    "科室：首次联系": "Section: first contact",
    "科室：答复（先于平台时限）": "Section: answer, ahead of the platform's limit",
    "科室：答复（舆情）": "Section: answer to public opinion",
    "协办：意见（先于主办时限）": "Co-handler: opinion, ahead of the lead's limit",
    "科室：重办": "Section: redo",
    "示例·济南：热线一般工单": "Example, Jinan: ordinary hotline matters",
    "示例·潍坊：热线一般工单": "Example, Weifang: ordinary hotline matters",
    "示例·安阳：热线一般工单": "Example, Anyang: ordinary hotline matters",
    "示例·天津：紧急工单签收": "Example, Tianjin: sign for, urgent",
    "示例·天津：水电气热工单签收": "Example, Tianjin: sign for, water, power, gas, heating",
    "示例·天津：一般工单签收": "Example, Tianjin: sign for, ordinary",
    "示例·北京（征求意见稿）：特急工单答复": "Example, Beijing (draft): answer, critical",
    "示例·北京（征求意见稿）：紧急工单答复": "Example, Beijing (draft): answer, urgent",
    "示例·安阳：退单": "Example, Anyang: return",
    "示例·天津：退单": "Example, Tianjin: return",
    "示例·山东：退单": "Example, Shandong: return",
    "示例·山东：为企服务启动": "Example, Shandong: business platform, first contact",
    "示例·山东：为企服务答复": "Example, Shandong: business platform, answer",
    "示例·山东：为企服务办结": "Example, Shandong: business platform, final answer",
    "示例·济南：为企服务答复": "Example, Jinan: business platform, answer",
    "示例·济南：为企服务办结": "Example, Jinan: business platform, final answer",
}

CITATIONS = {
    "信访工作条例（2022）第二十二条、第二十三条": f"{PETITIONS}, arts. 22 and 23",
    "信访工作条例（2022）第二十三条": f"{PETITIONS}, art. 23",
    "信访工作条例（2022）第三十四条": f"{PETITIONS}, art. 34",
    "信访工作条例（2022）第三十五条": f"{PETITIONS}, art. 35",
    "信访工作条例（2022）第三十六条（听证时间不计入）": f"{PETITIONS}, art. 36 (the time of a hearing is not counted)",
    "中华人民共和国政府信息公开条例（2019）第三十一条、第三十三条": f"{DISCLOSURE}, arts. 31 and 33",
    "中华人民共和国政府信息公开条例（2019）第三十条（答复期限自收到补正之日起计算）": (
        f"{DISCLOSURE}, art. 30 (the answer is due from the day the correction came)"
    ),
    "中华人民共和国政府信息公开条例（2019）第三十二条、第三十三条（所需时间不计入）": (
        f"{DISCLOSURE}, arts. 32 and 33 (the time it takes is not counted)"
    ),
    "国办发〔2016〕61号": "General Office of the State Council, 2016 no. 61",
    "安徽省12345政务服务便民热线办理时限（2022）": "Anhui: limits of the 12345 hotline (2022)",
    "节目播出后一周内": "within a week of the programme",
    "本单位暂定，待确认": "set by the bureau for now, to be confirmed",
    "济南做法": "as done in Jinan",
    "潍坊做法": "as done in Weifang",
    "安阳做法": "as done in Anyang",
    "天津做法": "as done in Tianjin",
    "北京（征求意见稿）做法": "as drafted in Beijing",
    "山东做法": "as done in Shandong",
}


def fill(apps: Any, editor: Any) -> None:
    """The row and its history, so that the newest of it stays what the row is."""
    for kind in ("Policy", "HistoricalPolicy"):
        rows = apps.get_model("tickets", kind).objects
        for zh, en in NAMES.items():
            rows.filter(name=zh, name_en="").update(name_en=en)
        for zh, en in CITATIONS.items():
            rows.filter(citation=zh, citation_en="").update(citation_en=en)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0024_open_and_undated'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpolicy',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='historicalpolicy',
            name='name_en',
            field=models.CharField(blank=True, help_text='blank: the name stands on English pages as well', max_length=120),
        ),
        migrations.AddField(
            model_name='policy',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='policy',
            name='name_en',
            field=models.CharField(blank=True, help_text='blank: the name stands on English pages as well', max_length=120),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
