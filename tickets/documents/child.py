"""The child process that opens one untrusted file: limits itself, checks, parses, prints JSON; imports nothing of ours.

Run as ``python -I child.py xlsx|docx|pdf < file > answer``. The answer is ``{"refused": code}`` or the contents.
"""

import io
import json
import resource
import sys
import zipfile
from typing import Any

CPU_SECONDS = 20
MEMORY_BYTES = 1024**3
MAX_PARTS = 2_000
MAX_UNPACKED = 200 * 1024**2
MAX_RATIO = 150
RATIO_FROM = 1024**2
MAX_CELLS = 400_000
MAX_TEXT = 8 * 1024**2
MAX_PAGES = 300
CHUNK = 1024**2

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


Contents = dict[str, Any]


class Refused(Exception):
    """Carries a code of refusal.REASONS."""


def limit_self() -> None:
    """CPU, memory, no files written, no core: whatever the parsers do, it ends."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_head(kind: str, data: bytes) -> None:
    """The first bytes must be those of the kind; the old OLE container is either a password or an old format."""
    if data.startswith(OLE):
        raise Refused("protected" if "EncryptedPackage".encode("utf-16-le") in data else "old_format")
    if not data:
        raise Refused("broken")
    if kind == "pdf":
        if b"%PDF-" not in data[:1024]:
            raise Refused("other_format")
    elif not data.startswith(b"PK"):
        raise Refused("other_format")


def check_zip(kind: str, data: bytes) -> None:
    """Counts, sizes and ratios by the directory first, then by really unpacking each part once, in bounded pieces."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS:
            raise Refused("too_many_parts")
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("protected")
        if sum(part.file_size for part in parts) > MAX_UNPACKED or any(is_bomb(part) for part in parts):
            raise Refused("bomb")
        if MAIN_PART[kind] not in {part.filename for part in parts}:
            raise Refused("other_format")
        for part in parts:
            check_part(archive, part)


def is_bomb(part: zipfile.ZipInfo) -> bool:
    """A part that swells beyond the ratio; small ones may, they do no harm."""
    return part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpacks a part (its CRC is checked on the way) and refuses document type and entity declarations in XML."""
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    tail, got = b"", 0
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            got += len(piece)
            if got > part.file_size:
                raise Refused("bomb")
            if is_xml and any(word in tail + piece for word in DECLARATIONS):
                raise Refused("doctype")
            tail = piece[-32:]


def cell_text(value: Any) -> str:
    """One cell as text: dates in ISO, whole numbers without .0, too long numbers with their exponent."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value) if abs(value) < 1e15 else f"{value:.14E}"
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return text[:10] if text.endswith("T00:00:00") else text
    return str(value).strip()


def read_xlsx(data: bytes) -> Contents:
    """Every visible sheet with its merged cells spread."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets, total = [], 0
    for meta in book.sheets_metadata:
        if not str(meta.visible).endswith(".Visible") or not str(meta.typ).endswith(".WorkSheet"):
            continue
        sheet = book.get_sheet_by_name(meta.name)
        total += (sheet.total_height or 0) * (sheet.total_width or 0)
        if total > MAX_CELLS:
            raise Refused("too_long")
        rows = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        spread(rows, sheet.merged_cell_ranges or [])
        sheets.append({"name": meta.name, "rows": rows})
    return {"sheets": sheets}


def spread(rows: list[list[str]], ranges: list[Any]) -> None:
    """Writes each merged range's first value into all cells of the range that the sheet has."""
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = rows[top][left]


def read_docx(data: bytes) -> Contents:
    """Paragraphs and tables of the body in order."""
    import docx

    blocks: list[Contents] = []
    for element in docx.Document(io.BytesIO(data)).element.body:
        if element.tag == W + "p":
            text = inline(element)
            if text:
                blocks.append({"text": text})
        elif element.tag == W + "tbl":
            blocks.append({"rows": table_rows(element)})
    return {"blocks": blocks}


def inline(element: Any) -> str:
    """The text of a paragraph or cell: runs joined, breaks kept, deleted revisions left out."""
    pieces = []
    for node in element.iter(W + "t", W + "br", W + "cr", W + "tab", W + "p"):
        if node.tag == W + "t":
            pieces.append(node.text or "")
        elif node.tag == W + "tab":
            pieces.append("\t")
        elif node is not element and pieces:
            pieces.append("\n")
    return "".join(pieces).strip()


def table_rows(table: Any) -> list[list[str]]:
    """Rows of text; a cell goes into every grid column it spans and down through its vMerge."""
    rows: list[list[str]] = []
    above: list[str] = []
    for line in table.iterchildren(W + "tr"):
        row: list[str] = []
        for cell in line.iterchildren(W + "tc"):
            span, merge = cell.find(f"{W}tcPr/{W}gridSpan"), cell.find(f"{W}tcPr/{W}vMerge")
            width = int(span.get(W + "val", "1")) if span is not None else 1
            goes_on = merge is not None and merge.get(W + "val", "continue") == "continue"
            text = above[len(row)] if goes_on and len(row) < len(above) else inline(cell)
            if width > 256 or len(row) > 512:
                raise Refused("too_long")
            row += [text] * max(width, 1)
        rows.append(row)
        above = row
    widest = max((len(row) for row in rows), default=0)
    if widest * len(rows) > MAX_CELLS:
        raise Refused("too_long")
    return [row + [""] * (widest - len(row)) for row in rows]


def read_pdf(data: bytes) -> Contents:
    """The text lines of each page; a scan has none."""
    import pdfplumber

    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise Refused("too_long")
            lines: list[str] = []
            for page in pdf.pages:
                lines += [line.strip() for line in (page.extract_text() or "").splitlines() if line.strip()]
                page.close()
            return {"lines": lines, "count": len(pdf.pages)}
    except Exception as error:
        if "Password" in f"{type(error).__name__} {error.args!r} {type(error.__cause__).__name__}":
            raise Refused("protected") from error
        raise


def answer(kind: str, data: bytes) -> str:
    """Checks and reads; anything the parsers stumble over means the file is broken."""
    try:
        check_head(kind, data)
        if kind != "pdf":
            check_zip(kind, data)
        contents = {"xlsx": read_xlsx, "docx": read_docx, "pdf": read_pdf}[kind](data)
        text = json.dumps(contents, ensure_ascii=False)
        return text if len(text) <= MAX_TEXT else json.dumps({"refused": "too_long"})
    except Refused as refused:
        return json.dumps({"refused": refused.args[0]})
    except MemoryError:
        return json.dumps({"refused": "too_slow"})
    except Exception:  # noqa: BLE001 - parsers of strangers' files raise anything
        return json.dumps({"refused": "broken"})


if __name__ == "__main__":
    limit_self()
    found = answer(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.buffer.write(found.encode("utf-8", "replace"))
