"""Likely duplicates in bounded time, two tickets side by side, merged either way, parted again, or kept apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hotline.wording.differing import marked
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, inquiry_of, log_matter
from tests.hotline.lived import again, answered, signed
from tickets import clock
from tickets.domain.messages import Party
from tickets.models import Apart, Ticket, Timer
from tickets.queries import journal, pairs

pytestmark = pytest.mark.everywhere

OTHER = Party(name="测试丙", phone="19900009876")
#: Matters that share nothing with one another.
TEXTS = ("样例湖慢行道照明不足", "示范街井盖松动异响", "第二医院扩建扬尘", "咨询九年一贯制学校竣工时间")


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["dispatcher"])


def matter(number: int, **facts: Any) -> Ticket:
    text = TEXTS[number]
    party = Party(name="测试丁", phone=f"1990000300{number}")
    return log_matter(**{"title": text, "content": text, "place": f"样例{number}号", "party": party, **facts})


def found() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = pairs.likely(visible=Ticket.objects.all(), now=clock.now())
    return [(pair.older["number"], pair.newer["number"], pair.reasons) for pair in rows]


def test_what_shares_a_caller_a_place_and_words_or_a_related_number_is_paired(bureau: Bureau) -> None:
    first, same_caller = matter(0, party=PARTY), matter(1, party=PARTY)
    assert found() == [(first.number, same_caller.number, ("phone",))]
    placed = matter(0, title="样例湖慢行道照明", party=OTHER, place="样例0号")
    assert (first.number, placed.number, ("place", "text")) in found()
    related = matter(2, party=Party(name="测试戊", phone="19900008888"))
    inquiry = inquiry_of(related)
    inquiry.related_numbers = [inquiry_of(first).number]
    inquiry.save()
    assert (first.number, related.number, ("number",)) in found()


def test_a_place_alone_pairs_nothing_nor_what_is_old_answered_or_confidential(bureau: Bureau) -> None:
    matter(0, place="样例路")
    matter(3, place="样例路")
    assert found() == []
    matter(1, party=PARTY, is_confidential=True)
    matter(2, party=PARTY)
    assert found() == [], "a confidential matter is never merged with an ordinary one"
    answered(bureau)
    assert found() == []
    Ticket.objects.update(registered_at=clock.now() - timedelta(days=61))
    matter(3, party=PARTY)
    assert found() == []


def test_of_many_with_one_caller_each_is_paired_with_the_oldest(bureau: Bureau) -> None:
    oldest = matter(0, party=PARTY)
    others = [matter(number, party=PARTY) for number in (1, 2, 3)]
    assert {(older, newer) for older, newer, _ in found()} == {(oldest.number, other.number) for other in others}


def test_two_matters_are_kept_apart_and_not_suggested_again(bureau: Bureau, desk: Desk) -> None:
    first, second = matter(0, party=PARTY), matter(1, party=PARTY)
    shown = desk.get("/office/duplicates/").content.decode()
    assert f"/office/compare/{first.number}/{second.number}/" in shown
    assert "同一号码" in shown
    assert PARTY.phone not in shown
    desk.client.post(f"/office/compare/{second.number}/{first.number}/", {"do": "apart"})
    assert Apart.objects.get().first == first
    assert found() == []
    assert "没有疑似重复" in desk.get("/office/duplicates/").content.decode()


def test_like_one_names_what_is_like_it(bureau: Bureau, desk: Desk) -> None:
    first, second, strange = matter(0, party=PARTY), matter(1, party=PARTY), matter(2)
    shown = desk.get(f"/office/duplicates/{second.number}/").content.decode()
    assert first.number in shown
    assert strange.number not in shown


def test_side_by_side_the_caller_is_covered_and_what_differs_is_marked(bureau: Bureau, desk: Desk) -> None:
    first = log_matter(content="样例路夜间施工，电话19900001234，请十点后停工。")
    second = log_matter(content="样例路夜间施工，电话19900001234，请九点后停工。")
    shown = desk.get(f"/office/compare/{first.number}/{second.number}/").content.decode()
    assert "<mark>十</mark>" in shown
    assert "<mark>九</mark>" in shown
    assert "同一号码" in shown
    assert PARTY.phone not in shown
    assert PARTY.name not in shown
    assert "199****1234" in shown
    assert desk.get(f"/office/compare/{first.number}/{first.number}/").status_code == 404


def test_either_goes_into_the_other_and_comes_out_again(bureau: Bureau, desk: Desk) -> None:
    first, second = signed(bureau), dispatched(bureau)
    address = f"/office/compare/{first.number}/{second.number}/"
    versions = {f"version-{each.number}": str(again(each).version) for each in (first, second)}
    desk.client.post(address, {"into": first.number, "reason": "同一工地同一问题", **versions})
    assert (again(second).state, again(second).parent) == ("merged", first)
    goes_on = desk.get(f"/tickets/{first.number}/").content.decode()
    assert "已并入本件" in goes_on
    assert f'href="/tickets/{second.number}/"' in goes_on
    shown = desk.get(address).content.decode()
    assert f"撤销并单 {second.number}" in shown
    assert "undo" in shown or "撤销" in shown
    assert desk.get("/desk/undo/").status_code == 303
    desk.client.post("/desk/undo/", {"back": address})
    assert (again(second).state, again(second).parent) == ("dispatched", None)
    versions = {f"version-{each.number}": str(again(each).version) for each in (first, second)}
    desk.client.post(address, {"into": second.number, "reason": "以后一件为主", **versions})
    assert (again(first).state, again(first).parent) == ("merged", second)
    desk.client.post(
        f"/tickets/{first.number}/unmerge/", {"version": str(again(first).version), "reason": "并错了", "back": address}
    )
    assert again(first).state == "in_progress"
    assert not Timer.objects.filter(ticket=second, inquiry__ticket=first).exists()
    assert journal.verify().ok


def test_what_cannot_be_merged_says_why_and_keeps_what_was_typed(bureau: Bureau, desk: Desk) -> None:
    first, over = signed(bureau), log_matter(state="closed")
    address = f"/office/compare/{first.number}/{over.number}/"
    assert "目标工单已结束，不能并入。" in desk.get(address).content.decode()
    answer = desk.client.post(address, {"into": over.number, "reason": "看来是同一件"})
    assert answer.status_code == 409
    assert "看来是同一件" in answer.content.decode()
    secret, plain = log_matter(is_confidential=True), log_matter()
    shown = desk.get(f"/office/compare/{secret.number}/{plain.number}/").content.decode()
    assert shown.count("保密件不能与普通件并单。") >= 2
    stale = desk.client.post(
        address.replace(over.number, plain.number), {"into": first.number, f"version-{plain.number}": "99"}
    )
    assert "刚被他人更新" in stale.content.decode()


def test_intake_merges_and_only_the_office_parts(bureau: Bureau) -> None:
    first, second = log_matter(), log_matter()
    intake = Desk(bureau.people["intake"])
    address = f"/office/compare/{first.number}/{second.number}/"
    intake.client.post(address, {"into": first.number})
    assert again(second).state == "merged"
    assert "撤销并单" not in intake.get(address).content.decode()
    assert "undo" not in [
        str(tag) for message in intake.client.get(address).context["messages"] for tag in message.tags.split()
    ]


def test_marking_keeps_words_whole_and_passes_over_chance() -> None:
    left, right = marked("示范街10号工地噪声", "示范街100号工地扬尘")
    assert left == [("示范街", False), ("10", True), ("号工地", False), ("噪声", True)]
    assert [text for text, differs in right if differs] == ["100", "扬尘"]
    assert marked("", "") == ([], [])
    assert marked("一样", "一样") == ([("一样", False)], [("一样", False)])
    long = "长" * 5_000
    assert "".join(text for text, _ in marked(long, "短")[0]) == long
