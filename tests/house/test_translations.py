"""Every sentence that goes through gettext has its Chinese: found in code and templates, none missing, fuzzy or left over, .mo as .po."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation
from django.utils.translation.template import templatize

from hotline.wording import aside, listed, sign

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "hotline", "integrations", "tickets")
FOLDER = ROOT / "hotline" / "locale" / "zh_Hans" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
PLACE = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: 、。（）：；？ and their like, as wide as a character.
WIDE = re.compile(r"[\u3000-\u3011\uff01-\uff0f\uff1a-\uff1f]")
#: Sentences in which every word is the same in both languages.
SAME: frozenset[str] = frozenset()


def in_code() -> Iterator[tuple[str, str]]:
    """(sentence, where) of every call of gettext in the four packages; one whose sentence is no literal is an error."""
    for path in sorted(file for name in PACKAGES for file in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in CALLS and node.args:
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                said = node.args[1 if name.startswith("p") else 0]
                assert isinstance(said, ast.Constant), f"{where}: a sentence that is put together cannot be translated"
                assert isinstance(said.value, str), where
                yield said.value, where


def in_templates() -> Iterator[tuple[str, str]]:
    """The same of templates, as Django itself reads them."""
    calls = re.compile(r"(?:\bn?gettext| _)\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))")
    for path in sorted((ROOT / "hotline" / "templates").rglob("*.html")):
        for literal in calls.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
            yield ast.literal_eval(literal), str(path.relative_to(ROOT))


def written() -> dict[str, str]:
    """The .po file: sentence -> Chinese."""
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    pattern = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)msgstr(?:\[0\])? ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)
    return {joined(one): joined(other) for one, other in pattern.findall(text)}


def joined(literals: str) -> str:
    return "".join(ast.literal_eval(line) for line in literals.splitlines() if line)


FOUND = dict([*in_code(), *in_templates()])
WRITTEN = {english: chinese for english, chinese in written().items() if english}


def test_sentences_are_found_in_code_and_in_templates() -> None:
    assert len(dict(in_code())) > 40
    assert len(dict(in_templates())) > 10
    assert len(WRITTEN) > 60


def test_no_sentence_is_missing() -> None:
    assert {said: where for said, where in FOUND.items() if not WRITTEN.get(said)} == {}


def test_nothing_is_left_over_or_fuzzy() -> None:
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    assert set(WRITTEN) - set(FOUND) == set()
    assert "#, fuzzy" not in text
    assert ", fuzzy" not in text
    assert "#~" not in text


def test_what_is_put_in_stands_in_both_languages() -> None:
    for english, chinese in WRITTEN.items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(chinese)), english


def test_the_chinese_is_chinese_and_the_source_is_english() -> None:
    for english, chinese in WRITTEN.items():
        assert CHINESE.search(chinese) or english in SAME, english
        assert not CHINESE.search(english), english


def test_no_template_holds_a_sign_of_one_language() -> None:
    """What stands between translated words is set by the language too: ``{% sign ":" %}``, ``|listed``, ``|aside``."""
    held = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "hotline" / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WIDE.search(re.sub(r"\{#.*?#\}", "", line))
    }
    assert held == set()


def test_signs_are_those_of_the_language() -> None:
    for language, shown in (("zh-hans", "甲、乙（丙）：丁；戊"), ("en", "甲, 乙 (丙): 丁; 戊")):
        with translation.override(language):
            assert f"{listed(['甲', '乙'])}{aside('丙')}{sign(':')}丁{sign(';')}戊" == shown
            assert aside("") == ""


def test_the_compiled_file_is_the_written_one() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for english, chinese in WRITTEN.items():
        assert compiled.gettext(english) == chinese, "compile it: msgfmt -o django.mo django.po"
    assert len([key for key in compiled._catalog if key]) == len(WRITTEN)  # type: ignore[attr-defined]


def test_a_reader_gets_his_language() -> None:
    sentence = "Send a JSON object."
    for language, said in (("zh-hans", WRITTEN[sentence]), ("en", sentence)):
        with translation.override(language):
            assert translation.gettext(sentence) == said
