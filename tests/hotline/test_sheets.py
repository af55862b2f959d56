"""Set-up by Excel: every row is tried and shown before anything is written; what is wrong stands at its row and hinders no other."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hotline.acting import sheets
from hotline.acting.kinds import KINDS
from hotline.models import User
from tests.hotline.bureau import Bureau, Desk, dispatched
from tests.hotline.test_setup import NEW, token_of
from tickets.documents import read_xlsx
from tickets.models import Event, Phrase, Project, Route, Section, Term, Ticket

PEOPLE = ["用户名", "姓名", "科室"]


def book(*rows: Any) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = made.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, str(cell))
    made.close()
    return target.getvalue()


def send(user: User, kind: str, *rows: Any, data: bytes | None = None, name: str = "表.xlsx") -> tuple[Client, Any]:
    """Sent and looked at: the browser and the page."""
    client = Desk(user).client
    file = SimpleUploadedFile(name, book(*rows) if data is None else data)
    return client, client.post(f"/setup/sheets/{kind}/", {"file": file}, follow=True)


def write(user: User, kind: str, *rows: Any) -> Any:
    client, looked = send(user, kind, *rows)
    assert looked.status_code == 200, looked.content.decode()
    return client.post(f"/setup/sheets/{kind}/", {"do": "write"})


def test_people_by_sheet_with_the_errors_of_each_row_first(bureau: Bureau) -> None:
    system = bureau.people["sysadmin"]
    rows = [
        PEOPLE,
        ["ceshi1", "测试一", "样例gongcheng科"],
        ["ceshi2", "测试二", "zhian"],
        ["handler", "测试改名", "gongcheng"],
        ["chief", "测试chief", "gongcheng"],
        ["ceshi3", "测试三", "没有这科"],
        ["有 空格", "测试四", ""],
        ["CESHI1", "测试五", ""],
        ["ceshi6", "", ""],
    ]
    before = set(User.objects.values_list("username", "name"))
    events = Event.objects.count()
    client, looked = send(system, "people", *rows)
    page = looked.content.decode()
    assert "新增 2 行，修改 1 行，无变化 1 行，不能写入 4 行" in page
    for said in ("没有这个科室，或已撤销：没有这科", "用户名为 2 至 30 位", "与第 2 行重复", "测试改名"):
        assert said in page
    assert page.index("不能写入</span>") < page.index("新增</span>")
    assert set(User.objects.values_list("username", "name")) == before, "nothing is written yet"
    assert Event.objects.count() == events
    written = client.post("/setup/sheets/people/", {"do": "write"}).content.decode()
    assert User.objects.get(username="ceshi1").section == bureau.lead
    assert User.objects.get(username="handler").name == "测试改名"
    assert not User.objects.filter(username__in=["ceshi3", "ceshi6"]).exists()
    assert Event.objects.filter(chain="organisation", action="sheet_written").count() == 1
    assert Event.objects.filter(chain="accounts", action="account_made").count() == 2
    assert Client().post(token_of(written), {"password1": NEW, "password2": NEW}).status_code == 302
    assert client.post("/setup/sheets/people/", {"do": "write"}).status_code == 303, "it is written once"


def test_moving_somebody_with_open_work_by_sheet_is_refused(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    Desk(bureau.people["handler"]).act(ticket, "sign")
    _client, looked = send(bureau.people["sysadmin"], "people", PEOPLE, ["handler", "测试handler", "zhian"])
    assert "还有未办结的工作" in looked.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).handler == bureau.people["handler"]


def test_roles_by_sheet_keep_duties_apart(bureau: Bureau) -> None:
    rows = [
        ["用户名", "岗位"],
        ["handler", "承办人、科室负责人"],
        ["intake", "登记员,审计管理员"],
        ["helper", "没有这岗"],
        ["nobody", "登记员"],
        ["security", "登记员"],
    ]
    _client, looked = send(bureau.people["security"], "rights", *rows)
    page = looked.content.decode()
    assert "新增 0 行，修改 1 行，无变化 0 行，不能写入 4 行" in page
    for said in ("不得由同一人担任", "不在可选范围内", "没有这个账号", "不能给自己授权"):
        assert said in page
    write(bureau.people["security"], "rights", *rows)
    assert User.objects.get(username="handler").roles == ["handler", "chief"]
    assert User.objects.get(username="intake").roles == ["intake"]


def test_each_kind_writes_what_its_sheet_says(bureau: Bureau) -> None:
    office = bureau.people["dispatcher"]
    system = bureau.people["sysadmin"]
    name = str_of("sections", "called")
    write(system, "sections", ["代码", name, "排序"], ["xin", "新科", "7"])
    assert Section.objects.get(code="xin").order == 7
    write(office, "projects", ["代码", name, "常用名称", "科室"], ["ZD-9", "样例桥", "大桥、桥", "新科"])
    assert Project.objects.get(code="ZD-9").aliases == ["大桥", "桥"]
    write(office, "phrases", ["类别", "标题", "正文"], ["公开答复", "已修复", "已修复，感谢监督。"])
    assert Phrase.objects.get().kind == "reply"
    write(office, "terms", ["词语", "类别", "应改为"], ["样例错词", "错别字", "账号"])
    assert Term.objects.get(text="样例错词").instead == "账号"
    heads = [name, "科室", "协办科室", *(str_of("routes", each) for each in ("words", "channels", "dispatches"))]
    write(office, "routes", heads, ["扬尘", "zhian", "样例gongcheng科", "扬尘、噪声", "信访、宿事速办", "否"])
    route = Route.objects.get(name="扬尘")
    assert (route.section, route.co_sections, route.dispatches) == (bureau.other, ["gongcheng"], False)
    assert route.conditions == {"words": ["扬尘", "噪声"], "channels": ["petition", "hotline"]}
    assert Event.objects.filter(chain="policy", action="route_added").count() == 1


def test_a_rule_that_its_page_would_refuse_is_refused_in_its_row(bureau: Bureau) -> None:
    heads = ["名称", "科室", *(str_of("routes", each) for each in ("co_units", "words"))]
    rows = [
        ["自己协办", "zhian", "gongcheng、zhian", ""],
        ["长词", "zhian", "", "长" * 41],
        ["多词", "zhian", "", "、".join(f"词{number}" for number in range(61))],
        ["扬尘", "zhian", "gongcheng", "扬尘"],
    ]
    _client, looked = send(bureau.people["dispatcher"], "routes", heads, *rows)
    page = looked.content.decode()
    assert "新增 1 行，修改 0 行，无变化 0 行，不能写入 3 行" in page
    assert f"{str_of('routes', 'co_units')}：主办科室不能同时协办。" in page
    assert page.count(f"{str_of('routes', 'words')}：每项条件最多 60 个词") == 2
    write(bureau.people["dispatcher"], "routes", heads, *rows)
    assert list(Route.objects.values_list("name", flat=True)) == ["扬尘"]


def str_of(kind: str, field: str) -> str:
    from django.utils import translation

    from hotline.wording.names import LABELS

    with translation.override("zh-hans"):
        assert field in KINDS[kind].fields
        return str(LABELS[field])


def test_a_column_that_is_not_there_changes_nothing_an_empty_cell_empties(bureau: Bureau) -> None:
    office = bureau.people["dispatcher"]
    Project.objects.create(code="ZD-9", name="样例桥", aliases=["大桥"], section=bureau.lead)
    write(office, "projects", ["代码", "名称"], ["ZD-9", "样例大桥"])
    project = Project.objects.get()
    assert (project.name, project.aliases, project.section) == ("样例大桥", ["大桥"], bureau.lead)
    write(office, "projects", ["代码", "名称", "常用名称", "科室"], ["ZD-9", "样例大桥", "", ""])
    project.refresh_from_db()
    assert (project.aliases, project.section) == ([], None)


def test_columns_that_are_missing_or_unknown_are_named(bureau: Bureau) -> None:
    _client, looked = send(bureau.people["sysadmin"], "people", ["用户名", "血型"], ["a1", "A"])
    page = looked.content.decode()
    assert "缺少列：姓名" in page
    assert "以下列不予读取：血型" in page
    assert 'value="write"' not in page


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"not a sheet", "表.xlsx", "文件内容与扩展名不符"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "表.xls", "旧版格式"),
        (book(PEOPLE), "表.xlsx", "只有标题"),
        (book(PEOPLE, *[[f"u{n}", "x", ""] for n in range(2001)]), "表.xlsx", "每次最多 2000 行"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(bureau: Bureau, data: bytes, name: str, said: str) -> None:
    _client, answer = send(bureau.people["sysadmin"], "people", data=data, name=name)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_bomb_does_not_go_off(bureau: Bureau) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (180 * 1024 * 1024))
    _client, answer = send(bureau.people["sysadmin"], "people", data=target.getvalue())
    assert answer.status_code == 422
    assert "压缩炸弹" in answer.content.decode()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_sheet_is_for_its_keeper_and_comes_back_as_it_was(bureau: Bureau, kind: str) -> None:
    keeper = KINDS[kind].role.value
    Project.objects.create(code="ZD-9", name="=1+1", aliases=["大桥", "@桥"], section=bureau.lead)
    Phrase.objects.create(kind="answer", title="施工", body="夜间不施工。\n谢谢。", facts={"words": ["夜间"]})
    Term.objects.create(text="样例错词", kind="wrong", instead="账号")
    Route.objects.create(name="扬尘", section=bureau.other, conditions={"words": ["扬尘"], "channels": ["petition"]})
    for name, user in bureau.people.items():
        answer = Desk(user).client.get(f"/setup/sheets/{kind}/template/", {"with": "rows"})
        wanted = 200 if name == keeper else 404 if name in ("sysadmin", "security", "dispatcher") else 403
        assert answer.status_code == wanted, name
    user = bureau.people[keeper]
    data = Desk(user).client.get(f"/setup/sheets/{kind}/template/?with=rows").content
    assert Event.objects.filter(chain="export", action="export").count() == 2
    assert Desk(user).client.get(f"/setup/sheets/{kind}/template/").content != data
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml"), "no formula"
    assert len(read_xlsx(data)[0].rows) > 1
    _client, looked = send(user, kind, data=data)
    page = looked.content.decode()
    assert "表格内容与现有数据一致" in page, page.split("<main", 1)[1][:3000]


def test_what_was_sent_is_kept_sealed_and_for_its_sender(bureau: Bureau) -> None:
    send(bureau.people["sysadmin"], "people", PEOPLE, ["ceshi1", "测试一", ""])
    row = bureau.people["sysadmin"].drafts.get()
    assert b"ceshi1" not in bytes(row.sealed)
    assert sheets.kept(bureau.people["security"], KINDS["people"]) is None
    kept = sheets.kept(bureau.people["sysadmin"], KINDS["people"])
    assert kept is not None
    assert json.dumps(kept[1], ensure_ascii=False) == '["ceshi1", "测试一", ""]'
    client = Desk(bureau.people["sysadmin"]).client
    client.post("/setup/sheets/people/", {"do": "leave"})
    assert not bureau.people["sysadmin"].drafts.exists()
