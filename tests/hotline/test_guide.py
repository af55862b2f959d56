"""The guide: every desk has its page in both languages, alike in its headings; its links and pictures are there; everybody reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from hotline.permissions.table import PAGES
from hotline.telling import guide
from hotline.web import shell
from tests.hotline.bureau import Bureau, Desk
from tickets.domain.words import Role

LANGUAGES = ("zh", "en")
TEXTS = {(language, code): guide.folder() / language / f"{code}.md" for language in LANGUAGES for code in guide.CODES}


def text(language: str, code: str) -> str:
    return TEXTS[language, code].read_text(encoding="utf-8")


def test_every_desk_has_a_guide_and_every_page_leads_to_one() -> None:
    assert {desk.code for desk in shell.DESKS} <= set(guide.CODES)
    begins = [begin for desk in shell.DESKS for begin in desk.endpoints]
    of_everybody = {name for name in PAGES if not name.startswith(tuple(begins))}
    assert {name.split(".")[1] for name in of_everybody} <= {
        "home", "guide", "profile", "token", "unsent", "deputies", "citizen", "search", "tray",
    }, "a desk of its own needs a guide of its own"  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_written_and_no_other_lies_there(language: str) -> None:
    lying = {path.stem for path in (guide.folder() / language).glob("*")}
    assert lying == set(guide.CODES)


@pytest.mark.parametrize("code", guide.CODES)
def test_both_languages_say_the_same_in_the_same_order(code: str) -> None:
    shape = [
        re.findall(
            r"^(#+) |^(\d\.) |(!)\[[^]]+\]\(\.\./pictures/\w+/([\w-]+\.png)\)|\]\((\w+\.md)\)",
            text(each, code),
            re.MULTILINE,
        )
        for each in LANGUAGES
    ]
    assert shape[0] == shape[1]
    assert sum(hashes == "#" for hashes, *_rest in shape[0]) == 1
    assert text("zh", code).startswith("# ")


@pytest.mark.parametrize(("language", "code"), sorted(TEXTS))
def test_links_and_pictures_are_there(language: str, code: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text(language, code)):
        path = (TEXTS[language, code].parent / target).resolve()
        assert path.is_file(), target
        assert path.suffix == ".md" or path.parent.name == language, f"{target} is a picture of the other language"


def test_no_picture_is_forgotten_and_all_together_are_small() -> None:
    shown = {
        (TEXTS[key].parent / target).resolve()
        for key in TEXTS
        for target in re.findall(r"\(([^)]+\.png)\)", text(*key))
    }
    lying = set((guide.folder() / "pictures").rglob("*.png"))
    assert lying == shown
    assert sum(path.stat().st_size for path in lying) < 3_000_000


@pytest.mark.parametrize(("language", "wanted"), [("zh-hans", "派单"), ("en", "Section returns")])
def test_the_page_shows_the_file_in_the_readers_language(bureau: Bureau, language: str, wanted: str) -> None:
    desk = Desk(bureau.people["dispatcher"], language=language)
    body = desk.get("/guide/office/").content.decode()
    assert wanted in body
    assert '<h2 id="part-2">' in body
    assert 'href="/guide/rules/"' in body
    pictures = re.findall(r'src="/static/(guide/[^"]+)"', body)
    assert len(pictures) == 3
    assert all(finders.find(name) for name in pictures)


def test_the_first_page_is_that_of_ones_own_desk(bureau: Bureau) -> None:
    firsts = {
        "intake": "intake",
        "handler": "section",
        "dispatcher": "office",
        "leader": "board",
        "sysadmin": "setup",
        "security": "setup",
    }
    for name, code in firsts.items():
        assert Desk(bureau.people[name]).get("/guide/")["Location"] == f"/guide/{code}/", name


def test_help_in_the_head_leads_to_the_guide_of_the_desk(bureau: Bureau) -> None:
    desk = Desk(bureau.people["dispatcher"])
    for address, code in {"/office/": "office", "/desk/": "section", "/rules/": "rules", "/me/": "start"}.items():
        assert f'href="/guide/{code}/"' in desk.get(address).content.decode(), address


def test_everybody_reads_all_of_it_and_strangers_sign_in(bureau: Bureau) -> None:
    for name, user in bureau.people.items():
        if Role.ADAPTER.value not in user.roles:
            answers = {Desk(user).get(f"/guide/{code}/").status_code for code in guide.CODES}
            assert answers == {200}, name
    assert Desk().get("/guide/office/").status_code == 302
    assert Desk(bureau.people["handler"]).get("/guide/secrets/").status_code == 404


def test_html_in_a_text_is_shown_and_not_run(tmp_path: Path, settings: object, bureau: Bureau) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "start.md").write_text('# 样例\n\n<script src="x"></script>\n', encoding="utf-8")
    settings.GUIDE_FOLDER = tmp_path  # type: ignore[attr-defined]
    guide._read.cache_clear()
    try:
        assert "<script" not in guide.guide("start").body
    finally:
        guide._read.cache_clear()
