"""The set-up desk: accounts by link, roles by another hand, sections and people that go hand their work over; who may."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from hotline.acting import drafts
from hotline.models import Deputy, OneTimeLink, SavedView, User
from hotline.permissions import tokens
from tests.hotline.bureau import PASSWORD, Bureau, Desk, dispatched, log_matter
from tests.hotline.test_second_factor import browser_of
from tests.tickets.making import make_section, make_user
from tickets import clock
from tickets.domain.words import Role
from tickets.models import Event, Notice, Phrase, Project, Section, Term, Ticket
from tickets.queries import journal

NEW = "新的口令-Xy-2027"
PAGES = {
    "/setup/": ("sysadmin", "security", "dispatcher"),
    "/setup/people/": ("sysadmin", "security"),
    "/setup/people/new/": ("sysadmin", "security"),
    "/setup/sections/": ("sysadmin",),
    "/setup/sections/new/": ("sysadmin",),
    "/setup/projects/": ("dispatcher",),
    "/setup/phrases/new/": ("dispatcher",),
    "/setup/terms/": ("dispatcher",),
}


def token_of(page: str) -> str:
    found = re.search(r"https?://[^/]+(/join/[^\s<\"]+/)", page)
    assert found, page
    return found[1]


def post(user: User, address: str, **typed: Any) -> Any:
    return Desk(user).client.post(address, typed)


def last(chain: str) -> str:
    return Event.objects.filter(chain=chain).order_by("-seq").values_list("action", flat=True)[0]


# --- who may ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", sorted(PAGES))
def test_each_page_is_for_those_who_keep_it(bureau: Bureau, address: str) -> None:
    for name, user in bureau.people.items():
        wanted = 200 if name in PAGES[address] else 403
        assert Desk(user).client.get(address).status_code == wanted, name
    assert Client().get(address).status_code == 302


def test_pages_of_one_person_and_section(bureau: Bureau) -> None:
    there = bureau.people["handler"].pk
    for part in ("", "roles/", "factor/", "leave/"):
        for name in ("sysadmin", "security"):
            assert Desk(bureau.people[name]).client.get(f"/setup/people/{there}/{part}").status_code == 200, (
                name,
                part,
            )
        assert Desk(bureau.people["dispatcher"]).client.get(f"/setup/people/{there}/{part}").status_code == 403
    assert Desk(bureau.people["sysadmin"]).client.get("/setup/people/999999/").status_code == 404
    assert Desk(bureau.people["sysadmin"]).client.get(f"/setup/people/{there}/leave/?to=nosuch").status_code == 404
    assert Desk(bureau.people["sysadmin"]).client.get(f"/setup/sections/{bureau.lead.pk}/close/").status_code == 200


def test_the_overview_says_what_is_missing_and_whose_it_is(bureau: Bureau) -> None:
    page = Desk(bureau.people["sysadmin"]).get("/setup/").content.decode()
    assert "没有科室负责人的科室：样例xieban科" in page
    assert "由安全管理员办理" in page
    User.objects.filter(username="auditor").update(is_active=False)
    assert "尚无人员担任：审计管理员" in Desk(bureau.people["sysadmin"]).get("/setup/").content.decode()


# --- accounts by link ----------------------------------------------------------------------------------------------------------


def test_a_new_account_gets_a_link_its_owner_a_password_and_the_security_administrator_a_notice(bureau: Bureau) -> None:
    page = post(bureau.people["sysadmin"], "/setup/people/new/", username="ceshi", name="测试新", unit="gongcheng")
    address = token_of(page.content.decode())
    user = User.objects.get(username="ceshi")
    assert (user.section, user.roles, user.has_usable_password()) == (bureau.lead, [], False)
    assert last("accounts") == "account_made"
    assert Notice.objects.get(kind="account_made").role == "security"
    assert address.split("/")[2] not in OneTimeLink.objects.get().digest
    browser = Client()
    assert "测试新" in browser.get(address).content.decode()
    answer = browser.post(address, {"password1": NEW, "password2": NEW})
    assert answer.headers["Location"] == "/login/"
    assert browser.post("/login/", {"login": "ceshi", "password": NEW}).status_code == 302
    assert browser.get("/desk/").status_code == 403, "no role has been granted yet"
    assert (
        post(bureau.people["security"], f"/setup/people/{user.pk}/roles/", roles=["handler"], reason="入职").status_code
        == 303
    )
    assert browser.get("/desk/").status_code == 200
    assert last("accounts") == "roles_granted"


def test_a_link_opens_once(bureau: Bureau) -> None:
    address = token_of(
        post(bureau.people["sysadmin"], f"/setup/people/{bureau.people['handler'].pk}/link/").content.decode()
    )
    first, second = Client(), Client()
    assert first.post(address, {"password1": NEW, "password2": NEW}).status_code == 302
    for answer in (
        second.get(address),
        second.post(address, {"password1": "另一个-Xy-2027", "password2": "另一个-Xy-2027"}),
    ):
        assert answer.status_code == 403
        assert "已经使用过" in answer.content.decode()
    assert User.objects.get(username="handler").check_password(NEW)


@pytest.mark.parametrize("how", ["late", "newer", "cut", "off", "forged"])
def test_a_link_that_is_good_no_longer_says_so(bureau: Bureau, settings: Any, how: str) -> None:
    there = f"/setup/people/{bureau.people['handler'].pk}/link/"
    address = token_of(post(bureau.people["sysadmin"], there).content.decode())
    if how == "late":
        settings.CLOCK_OFFSET += timedelta(hours=24, minutes=1)
    elif how == "newer":
        post(bureau.people["sysadmin"], there)
    elif how == "cut":
        address = address[:-6] + "/"
    elif how == "off":
        User.objects.filter(username="handler").update(is_active=False)
    else:
        address = "/join/x:y:z/"
    answer = Client().post(address, {"password1": NEW, "password2": NEW})
    assert answer.status_code == 403
    assert "链接" in answer.content.decode()
    assert User.objects.get(username="handler").check_password(PASSWORD)


def test_a_weak_password_leaves_the_link_open(bureau: Bureau) -> None:
    there = f"/setup/people/{bureau.people['handler'].pk}/link/"
    address = token_of(post(bureau.people["sysadmin"], there).content.decode())
    browser = Client()
    assert browser.post(address, {"password1": "123", "password2": "123"}).status_code == 422
    assert browser.post(address, {"password1": NEW, "password2": NEW}).status_code == 302


def test_a_reset_is_told_to_the_owner_and_to_the_security_administrator(bureau: Bureau) -> None:
    post(bureau.people["sysadmin"], f"/setup/people/{bureau.people['leader'].pk}/link/")
    assert Notice.objects.get(kind="link_made").user == bureau.people["leader"]
    assert Notice.objects.get(kind="link_made_for").role == "security"
    assert User.objects.get(username="leader").check_password(PASSWORD), "the present one is good until then"


@pytest.mark.parametrize("name", ["security", "auditor"])
def test_the_system_administrator_alone_opens_no_account_that_watches_him(bureau: Bureau, name: str) -> None:
    answer = post(bureau.people["sysadmin"], f"/setup/people/{bureau.people[name].pk}/link/")
    assert answer.status_code == 409
    assert "first_admin --again" in answer.content.decode()
    assert not OneTimeLink.objects.exists()


def test_a_watcher_gets_his_link_from_the_server_and_the_auditors_are_told(bureau: Bureau) -> None:
    said = StringIO()
    call_command("first_admin", "--again", "security", "--address", "https://hotline.example/", stdout=said)
    assert Client().post(token_of(said.getvalue()), {"password1": NEW, "password2": NEW}).status_code == 302
    assert User.objects.get(username="security").check_password(NEW)
    assert set(Notice.objects.filter(kind="link_made_for").values_list("role", flat=True)) == {"security", "auditor"}
    assert Event.objects.get(chain="accounts", action="link_made").actor == "system"
    for nobody in ("leader", "sysadmin", "nobody"):
        with pytest.raises(CommandError):
            call_command("first_admin", "--again", nobody)


def test_the_auditors_are_told_of_a_link_for_another_system_administrator(bureau: Bureau) -> None:
    other = make_user("sysadmin2", (Role.SYSADMIN,))
    assert post(bureau.people["sysadmin"], f"/setup/people/{other.pk}/link/").status_code == 200
    assert Notice.objects.filter(kind="link_made_for", role="auditor").count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"username": "handler"}, "已被使用"),
        ({"username": "HANDLER"}, "已被使用"),
        ({"username": "有空格 的"}, "用户名为 2 至 30 位"),
        ({"unit": "没有这科"}, "没有这个科室"),
        ({"name": ""}, "该字段"),
    ],
)
def test_what_is_wrong_with_a_new_account_stands_at_its_field(bureau: Bureau, typed: dict[str, str], said: str) -> None:
    before = User.objects.count()
    answer = post(
        bureau.people["sysadmin"], "/setup/people/new/", **{"username": "ceshi", "name": "测试新", "unit": "", **typed}
    )
    assert answer.status_code in (409, 422)
    assert said in answer.content.decode()
    assert User.objects.count() == before


# --- duties apart ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        ["sysadmin", "security"], ["sysadmin", "auditor"], ["security", "auditor"], ["auditor", "dispatcher"],
        ["sysadmin", "handler"], ["security", "leader"],
    ],
)  # fmt: skip
def test_who_keeps_watch_holds_nothing_beside(bureau: Bureau, wanted: list[str]) -> None:
    user = bureau.people["handler"]
    answer = post(bureau.people["security"], f"/setup/people/{user.pk}/roles/", roles=wanted, reason="x")
    assert answer.status_code == 409
    assert "不得由同一人担任" in answer.content.decode()
    assert User.objects.get(pk=user.pk).roles == ["handler"]
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(roles=wanted)


@pytest.mark.everywhere
def test_the_database_keeps_them_apart_too(bureau: Bureau) -> None:
    for alone in ("sysadmin", "security", "auditor", "adapter"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(username="beide", roles=[alone, "intake"])
    User.objects.create(username="viele", roles=["intake", "dispatcher", "leader"])


def test_one_person_does_not_keep_watch_over_himself_by_two_accounts(bureau: Bureau) -> None:
    twin = make_user("zweite", ())
    User.objects.filter(pk=twin.pk).update(name=bureau.people["sysadmin"].name)
    answer = post(bureau.people["security"], f"/setup/people/{twin.pk}/roles/", roles=["auditor"], reason="x")
    assert answer.status_code == 409
    assert "已以另一账号担任系统管理员" in answer.content.decode()


def test_nobody_grants_himself_and_only_the_security_administrator_grants(bureau: Bureau) -> None:
    for who, whom in (("security", "security"), ("sysadmin", "handler")):
        address = f"/setup/people/{bureau.people[whom].pk}/roles/"
        answer = post(bureau.people[who], address, roles=["leader"], reason="x")
        assert answer.status_code == 409, who
    assert post(bureau.people["security"], "/setup/people/new/", username="x1", name="x", unit="").status_code == 409
    assert not User.objects.filter(username="x1").exists()


def test_the_last_administrator_stays(bureau: Bureau) -> None:
    second = make_user("zweite", (Role.SECURITY,))
    system = bureau.people["sysadmin"]
    answer = post(second, f"/setup/people/{system.pk}/roles/", roles=["auditor"], reason="x")
    assert "这是最后一个系统管理员" in answer.content.decode()
    assert post(system, f"/setup/people/{system.pk}/leave/", reason="x").status_code == 409
    assert post(system, f"/setup/people/{second.pk}/leave/", reason="调离").status_code == 303
    answer = post(system, f"/setup/people/{bureau.people['security'].pk}/leave/", reason="x")
    assert "这是最后一个安全管理员" in answer.content.decode()


def test_a_lost_second_factor_is_taken_off_by_the_security_administrator(bureau: Bureau) -> None:
    user = bureau.people["handler"]
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    tokens.give(user=user, actor=user.actor(), now=clock.now())
    address = f"/setup/people/{user.pk}/factor/"
    assert post(bureau.people["sysadmin"], address, reason="手机丢失").status_code == 409
    assert post(bureau.people["security"], address, reason="手机丢失，已当面核实").status_code == 303
    assert not Authenticator.objects.exists()
    assert last("accounts") == "factor_dropped"
    assert not Token.objects.exists()


# --- the first two ---------------------------------------------------------------------------------------------------------------

FIRST = {
    "system_username": "xitong1", "system_name": "测试甲", "system_password1": "甲的口令-Xy-2027", "system_password2": "甲的口令-Xy-2027",
    "security_username": "anquan1", "security_name": "测试乙", "security_password1": "乙的口令-Xy-2027",
    "security_password2": "乙的口令-Xy-2027",
}  # fmt: skip


def first_link() -> str:
    said = StringIO()
    call_command("first_admin", "--address", "https://hotline.example/", stdout=said)
    assert said.getvalue().startswith("https://hotline.example/join/")
    return token_of(said.getvalue())


@pytest.mark.django_db
def test_the_first_administrators_name_themselves_by_a_link_that_opens_once() -> None:
    address = first_link()
    browser = Client()
    assert "首任管理员" in browser.get(address).content.decode()
    assert browser.post(address, FIRST).headers["Location"] == "/login/"
    assert set(User.objects.values_list("username", "name")) == {("xitong1", "测试甲"), ("anquan1", "测试乙")}
    assert [user.roles for user in User.objects.order_by("id")] == [["sysadmin"], ["security"]]
    assert browser.post(address, {**FIRST, "system_username": "noch"}).status_code == 403
    assert browser.post("/login/", {"login": "xitong1", "password": FIRST["system_password1"]}).status_code == 302
    assert browser.get("/setup/people/").status_code == 200
    with pytest.raises(CommandError, match="已有"):
        call_command("first_admin")
    assert journal.verify().ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"security_name": "测试甲"},
        {"security_username": "XITONG1"},
        {"security_password1": FIRST["system_password1"], "security_password2": FIRST["system_password1"]},
        {"system_password1": "short", "system_password2": "short"},
        {"system_password2": "不一样"},
        {"security_username": "有 空格"},
    ],
)
def test_the_first_two_are_two_people_with_two_good_passwords(wrong: dict[str, str]) -> None:
    address = first_link()
    browser = Client()
    assert browser.post(address, {**FIRST, **wrong}).status_code == 422
    assert not User.objects.exists()
    assert browser.post(address, FIRST).status_code == 302, "the link is still open"


@pytest.mark.django_db
def test_a_second_link_for_the_first_closes_the_one_before() -> None:
    old, new = first_link(), first_link()
    assert Client().post(old, FIRST).status_code == 403
    assert Client().post(new, FIRST).status_code == 302


# --- leaving and moving ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(bureau: Bureau) -> Ticket:
    """A ticket in the handler's hands, with something typed and not sent yet."""
    ticket = dispatched(bureau)
    Desk(bureau.people["handler"]).act(ticket, "sign")
    drafts.keep(
        user=bureau.people["handler"],
        place=f"{ticket.number}/reply",
        typed={"public_text": ["围挡将于"]},
        now=clock.now(),
    )
    return ticket


def test_switching_off_hands_over_first_and_ends_everything(bureau: Bureau, busy: Ticket) -> None:
    user, chief = bureau.people["handler"], bureau.people["chief"]
    key = tokens.give(user=user, actor=user.actor(), now=clock.now())
    Deputy.objects.create(
        absent=user, deputy=chief, first_day="2026-01-01", last_day="2099-01-01", reason="x", arranged_by=user, arranged_at=clock.now()
    )  # fmt: skip
    browser = browser_of("handler")
    address = f"/setup/people/{user.pk}/leave/"
    page = Desk(bureau.people["sysadmin"]).get(address).content.decode()
    assert busy.number in page
    assert busy.title not in page, "the system administrator sees no matter"
    assert post(bureau.people["sysadmin"], address, successor="chief", reason="调离").status_code == 303
    after = Ticket.objects.get(pk=busy.pk)
    assert (after.handler, after.section) == (chief, bureau.lead)
    assert drafts.find(chief, f"{busy.number}/reply") is not None
    assert Notice.objects.get(kind="handed_over").user == chief
    assert browser.get("/desk/").status_code == 302
    program = Desk()
    program.headers = {"Authorization": f"Token {key}"}
    assert program.get("/api/me").status_code == 401
    assert not Token.objects.exists()
    assert not Deputy.objects.get().is_active
    assert Client().post("/login/", {"login": "handler", "password": PASSWORD}).status_code == 200
    assert User.objects.filter(pk=user.pk, is_active=False).exists(), "never deleted"
    assert last("accounts") == "account_switched_off"
    assert journal.verify().ok


def test_only_a_colleague_of_the_section_takes_over(bureau: Bureau, busy: Ticket) -> None:
    address = f"/setup/people/{bureau.people['handler'].pk}/leave/"
    answer = post(bureau.people["sysadmin"], address, successor="stranger", reason="调离")
    assert answer.status_code == 409
    assert "只能移交给主办科室" in answer.content.decode()
    assert User.objects.get(username="handler").is_active


def test_moving_leads_to_the_list_where_there_is_work(bureau: Bureau, busy: Ticket) -> None:
    system, user = bureau.people["sysadmin"], bureau.people["handler"]
    answer = post(system, f"/setup/people/{user.pk}/", name="测试改名", unit="zhian")
    assert answer.headers["Location"].startswith(f"/setup/people/{user.pk}/leave/?to=zhian")
    assert User.objects.get(pk=user.pk).section == bureau.lead
    assert post(system, answer.headers["Location"], successor="", reason="轮岗").status_code == 303
    moved = User.objects.get(pk=user.pk)
    assert (moved.section, moved.name) == (bureau.other, "测试改名")
    assert Ticket.objects.get(pk=busy.pk).handler is None
    assert last("accounts") == "account_moved"
    page = Desk(system).get(f"/setup/people/{user.pk}/").content.decode()
    assert "样例gongcheng科" in page
    assert "轮岗" in page


def test_without_open_work_moving_is_at_once(bureau: Bureau) -> None:
    user = bureau.people["helper"]
    assert post(bureau.people["sysadmin"], f"/setup/people/{user.pk}/", name=user.name, unit="zhian").status_code == 303
    assert User.objects.get(pk=user.pk).section == bureau.other


def test_switched_on_again_without_roles_by_a_link(bureau: Bureau) -> None:
    user = bureau.people["helper"]
    post(bureau.people["sysadmin"], f"/setup/people/{user.pk}/leave/", reason="借调")
    address = token_of(post(bureau.people["sysadmin"], f"/setup/people/{user.pk}/link/").content.decode())
    again = User.objects.get(pk=user.pk)
    assert (again.is_active, again.roles) == (True, [])
    assert Client().post(address, {"password1": NEW, "password2": NEW}).status_code == 302


def test_sections_are_joined_with_the_list_first(bureau: Bureau, busy: Ticket) -> None:
    SavedView.objects.create(user=bureau.people["chief"], name="本科室", query="list=queue", section=bureau.lead)
    helped = dispatched(bureau)
    system = bureau.people["sysadmin"]
    address = f"/setup/sections/{bureau.lead.pk}/close/"
    page = Desk(system).get(address).content.decode()
    assert busy.number in page
    assert helped.number in page
    refused = post(system, address, target="zhian", reason="机构改革")
    assert refused.status_code == 409
    assert "科室还有人员" in refused.content.decode()
    answer = post(system, address, target="zhian", with_people="true", reason="机构改革")
    assert answer.status_code == 303, answer.content.decode()
    assert not Section.objects.get(pk=bureau.lead.pk).is_active
    assert {ticket.section for ticket in Ticket.objects.all()} == {bureau.other}
    assert User.objects.get(username="handler").section == bureau.other
    assert SavedView.objects.get().section == bureau.other
    assert busy.number in Desk(User.objects.get(username="handler")).get("/desk/?list=mine").content.decode()
    assert Notice.objects.get(kind="handed_over").section == bureau.other
    history = Desk(bureau.people["dispatcher"]).get(f"/tickets/{busy.number}/changes/").content.decode()
    assert "样例gongcheng科" in history


def test_an_old_record_shows_the_name_of_its_day(bureau: Bureau, settings: Any) -> None:
    ticket = dispatched(bureau)
    settings.CLOCK_OFFSET += timedelta(days=3)
    system = bureau.people["sysadmin"]
    assert post(system, f"/setup/sections/{bureau.lead.pk}/", called="工程建设科", order=1).status_code == 303
    changes = Desk(bureau.people["dispatcher"]).get(f"/tickets/{ticket.number}/changes/").content.decode()
    assert "样例gongcheng科" in changes.split("<main", 1)[1]
    assert "工程建设科" in Desk(bureau.people["dispatcher"]).get(f"/tickets/{ticket.number}/").content.decode()
    page = Desk(system).get(f"/setup/sections/{bureau.lead.pk}/").content.decode()
    assert "样例gongcheng科" in page
    assert last("organisation") == "section_renamed"


# --- rows of the office -----------------------------------------------------------------------------------------------------------


def test_projects_phrases_and_words_are_added_changed_and_taken_out_of_use(bureau: Bureau) -> None:
    office = bureau.people["dispatcher"]
    assert (
        post(
            office,
            "/setup/projects/new/",
            short="ZD-9",
            called="样例桥",
            aliases="大桥、样例大桥",
            unit="gongcheng",
            is_active="true",
        ).status_code
        == 303
    )
    project = Project.objects.get(code="ZD-9")
    assert (project.aliases, project.section) == (["大桥", "样例大桥"], bureau.lead)
    page = Desk(office).get(f"/setup/projects/{project.pk}/").content.decode()
    assert ">大桥、样例大桥</textarea>" in page
    post(office, f"/setup/projects/{project.pk}/", short="ZD-9", called="样例桥", aliases="大桥", unit="")
    project.refresh_from_db()
    assert (project.aliases, project.section, project.is_active) == (["大桥"], None, False)
    post(
        office,
        "/setup/phrases/new/",
        kind="answer",
        title="施工时间",
        body="夜间不施工。",
        words="夜间，噪声",
        order=5,
        is_active="true",
    )
    phrase = Phrase.objects.get()
    assert phrase.facts == {"words": ["夜间", "噪声"]}
    post(office, "/setup/terms/new/", term="样例错词", kind="wrong", instead="账号", is_active="true")
    assert Term.objects.get(text="样例错词").instead == "账号"
    twice = post(office, "/setup/terms/new/", term="样例错词", kind="wrong", instead="账户", is_active="true")
    assert (twice.status_code, "已有同名记录" in twice.content.decode()) == (409, True)
    actions = list(Event.objects.filter(chain="organisation").order_by("seq").values_list("action", flat=True))
    assert actions == ["project_added", "project_switched_off", "phrase_added", "term_added"]
    assert "样例桥" in Desk(office).get("/setup/projects/?q=样例").content.decode()
    assert Desk(office).client.get("/setup/nothing/").status_code == 404


@pytest.mark.parametrize("address", ["/setup/people/", "/setup/sections/", "/setup/", "/setup/projects/"])
def test_a_list_costs_the_same_for_three_and_for_thirty(bureau: Bureau, address: str) -> None:
    desk = Desk(bureau.people["dispatcher" if "projects" in address else "sysadmin"])
    counts = []
    for start, many in ((0, 3), (3, 27)):
        for number in range(start, start + many):
            section = make_section(f"s{number}")
            make_user(f"u{number}", (Role.HANDLER,), section)
            Project.objects.create(code=f"P{number}", name=f"样例{number}", section=section)
        desk.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 15


def test_the_list_of_a_busy_person_costs_the_same(bureau: Bureau) -> None:
    user = bureau.people["handler"]
    desk = Desk(bureau.people["sysadmin"])
    counts = []
    for many in (3, 27):
        for _number in range(many):
            ticket = dispatched(bureau)
            Desk(user).act(ticket, "sign")
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(f"/setup/people/{user.pk}/leave/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert log_matter().number not in desk.get(f"/setup/people/{user.pk}/leave/").content.decode()
