"""Files of strangers: what is read, and what is refused with a reason and a remedy."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from integrations.files import FileRefused, read_csv, read_docx, read_pdf, read_xlsx
from tickets.documents.refusal import REASONS

SAMPLES = Path(__file__).parents[1] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def zipped(parts: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal_of(read, data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(data, "CWB-2026-031.xlsx")
    assert caught.value.zh.startswith("CWB-2026-031.xlsx")
    assert caught.value.en.startswith("CWB-2026-031.xlsx")
    return caught.value


def sheet(build, **options) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        build(book)
    return out.getvalue()


def hotline_records(rows) -> list[dict[str, str]]:
    header = next(at for at, row in enumerate(rows) if "工单编号" in row)
    return [dict(zip(rows[header], row, strict=True)) for row in rows[header + 1 :] if row[0].isdigit()]


@pytest.mark.parametrize("name", ["hotline_export.xlsx", "hotline_export_gbk.csv"])
def test_an_export_of_the_hotline_is_read_digit_for_digit(name):
    rows = read_csv(sample(name)) if name.endswith("csv") else read_xlsx(sample(name))[0].rows
    found = hotline_records(rows)
    told = EXPECTED[name]
    assert [(row["工单编号"], int(row["派单轮次"])) for row in found] == [(r["external_id"], r["round"]) for r in told]
    assert [row["联系电话"] for row in found] == [r["phone"] for r in told]
    assert [row["受理时间"] for row in found] == [r["accepted_at"] for r in told]
    assert [row["标题"] for row in found] == [r["title"] for r in told]
    if name.endswith("xlsx"):
        assert [row["办理时限"] for row in found] == [r["deadline"] for r in told]


def test_merged_cells_hold_for_every_row_they_cover():
    rows = read_xlsx(sample("inspection_list.xlsx"))[0].rows
    assert [row[2] for row in rows[3:7]] == ["样例路改造工地北门"] * 3 + ["示范大道下穿通道"]
    assert {row[6] for row in rows[3:]} == {"样例市重点工程建设管理局"}


def test_cells_become_plain_text():
    def build(book):
        page = book.add_worksheet("数据")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["  前后空白\t", 12, 0.5, True])
        page.write_number(1, 0, 341300202609010001)
        page.write_number(1, 1, 46087, day)
        page.write_number(1, 2, 46087.75, day)
        page.set_row(1, None, None, {"hidden": True})

    first, hidden = read_xlsx(sheet(build))[0].rows
    assert first == ("前后空白", "12", "0.5", "1")
    assert "E+17" in hidden[0], "a number that has lost digits must not look whole"
    assert hidden[1:3] == ("2026-03-06", "2026-03-06T18:00:00")


def test_hidden_sheets_are_passed_over():
    def build(book):
        book.add_worksheet("旧").hide()
        book.add_worksheet("新").write(0, 0, "第一个可见的")
        book.worksheets()[1].activate()
        book.worksheets()[1].set_first_sheet()

    assert [s.name for s in read_xlsx(sheet(build))] == ["新"]


def test_a_document_keeps_the_order_of_paragraphs_and_tables():
    document = read_docx(sample("inspection_notice.docx"))
    assert document.paragraphs[1] == "创卫督〔2026〕37号"
    assert document.tables[0].rows[0] == ("序号", "点位", "存在问题", "整改要求")
    assert any("请于2026年10月12日前整改到位" in text for text in document.paragraphs), "runs are joined"
    form = read_docx(sample("supervision_order.docx")).tables[0].rows
    assert form[3][1] == form[3][2] == form[3][3], "a cell over three columns stands in all three"


def test_a_pdf_gives_lines_and_a_scan_says_it_is_one():
    pages = read_pdf(sample("civilised_city_notice.pdf"))
    assert "文明办函〔2026〕58号" in pages.lines
    assert not pages.is_scan
    assert read_pdf(blank_pdf()).is_scan


def blank_pdf() -> bytes:
    """A page without any text, as a scanner makes it (its picture left out)."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 4\n0000000000 65535 f \n" + table + tail


def test_csv_in_gb18030_keeps_line_breaks_inside_cells():
    rows = read_csv('编号,内容\r\n001\t,"第一行\r\n第二行 ""引号"""\r\n'.encode("gb18030"))
    assert rows == [("编号", "内容"), ("001", '第一行\r\n第二行 "引号"')]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_csv_with_a_byte_order_mark(encoding):
    assert read_csv("编号,内容\n".encode(encoding)) == [("编号", "内容")]


def test_a_zip_bomb_is_refused_by_what_it_declares():
    data = zipped({"xl/workbook.xml": b"<w/>", "xl/sheet.xml": b"0" * 3_000_000})
    assert refusal_of(read_xlsx, data).code == "bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused_too():
    honest = zipped({"xl/workbook.xml": b"<w/>", "xl/sheet.xml": b"0" * 900_000})
    lying = honest.replace((900_000).to_bytes(4, "little"), (9_000).to_bytes(4, "little"))
    assert lying != honest
    assert refusal_of(read_xlsx, lying).code in {"bomb", "broken"}


def test_too_many_parts_are_refused():
    parts = {f"xl/p{number}.bin": b"" for number in range(2_100)}
    assert refusal_of(read_xlsx, zipped({"xl/workbook.xml": b"<w/>", **parts})).code == "too_many_parts"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("declaration", ['<!DOCTYPE a SYSTEM "file:///etc/hostname">', '<!ENTITY x "y">'])
def test_a_doctype_in_any_part_is_refused(declaration, encoding):
    data = zipped({"word/document.xml": b"<w/>", "word/settings.xml": f"{declaration}<a/>".encode(encoding)})
    assert refusal_of(read_docx, data).code == "doctype"


def test_a_doctype_across_two_pieces_is_seen():
    filler = bytes(range(48, 123)) * 13_990
    text = b"<!--" + filler[: 1024**2 - 9] + b"--><!DOCTYPE a><a/>"
    assert refusal_of(read_docx, zipped({"word/document.xml": text}, zipfile.ZIP_STORED)).code == "doctype"


def test_a_password_and_an_old_format_are_told_apart():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert refusal_of(read_xlsx, ole).code == "old_format"
    assert refusal_of(read_xlsx, ole + "EncryptedPackage".encode("utf-16-le")).code == "protected"


def test_a_password_on_a_part_is_refused():
    data = bytearray(zipped({"xl/workbook.xml": b"<w/>"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert refusal_of(read_xlsx, bytes(data)).code == "protected"


@pytest.mark.parametrize("data", [b"", sample("inspection_list.xlsx")[:3000]])
def test_a_file_still_being_copied_is_broken(data):
    assert refusal_of(read_xlsx, data).code == "broken"


def test_content_that_is_not_what_the_extension_says():
    assert refusal_of(read_xlsx, sample("inspection_notice.docx")).code == "other_format"
    assert refusal_of(read_docx, b"<html></html>").code == "other_format"
    assert refusal_of(read_pdf, sample("inspection_notice.docx")).code == "other_format"


def test_a_file_over_the_limit_never_reaches_a_parser():
    assert refusal_of(read_pdf, b"%PDF-" + b"0" * 20 * 1024**2).code == "too_big"


def test_a_table_of_too_many_cells_is_refused():
    def build(book):
        page = book.add_worksheet()
        page.write(0, 0, "头")
        page.write(900_000, 1, "尾")

    assert refusal_of(read_xlsx, sheet(build)).code == "too_long"


def test_a_parser_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr("tickets.documents.sandbox.WALL_SECONDS", 0.001)
    assert refusal_of(read_pdf, sample("civilised_city_notice.pdf")).code == "too_slow"


def test_every_reason_speaks_both_languages_and_names_a_remedy():
    assert all(zh and en and ":" not in zh[:1] for zh, en in REASONS.values())
    assert FileRefused("unknown").zh == REASONS["broken"][0]
