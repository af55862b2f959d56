"""How the inspection offices misbehave: markers too early, packages twice, traps under .xlsx, odd receipts."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from . import packages

Due = Callable[[str], bool]

KINDS = (
    *("early_marker", "empty_marker", "gbk_marker", "twin_package", "missing_photos", "big_photo"),
    *("temp_files", "zip_bomb", "password_protected", "old_xls"),
    *("receipt_gbk", "receipt_again", "receipt_unknown", "receipt_wrong_hash", "slow_receipt"),
)
"""Misbehaviours of this file drop."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + bytes.fromhex("3e000300feff0900")
_TRAPS = {"zip_bomb": 990, "password_protected": 991, "old_xls": 992}


def put_package(inbox: Path, base: str, files: dict[str, bytes], due: Due) -> tuple[dict[str, str], dict[str, bytes]]:
    """Put a package, badly where that is due. Returns path -> sha256 of every file, and the files still to be put later."""
    if due("missing_photos"):
        files = {name: content for name, content in files.items() if not name.startswith(f"{base}/")} or files
    late = int(due("early_marker"))
    put = packages.write(inbox, base, files, encoding="gb18030" if due("gbk_marker") else "utf-8", late=late,
                         empty_marker=due("empty_marker"))  # fmt: skip
    if due("twin_package"):
        twin = f"{base}-2"
        put |= packages.write(inbox, twin, {name.replace(base, twin): content for name, content in files.items()})
    return put, dict(list(files.items())[len(files) - late :])


def stray_files(inbox: Path, due: Due) -> None:
    """Files that nobody should read, and packages whose list is a trap."""
    if due("temp_files"):
        (inbox / "~$CWB-2026-031.xlsx").write_bytes(b"lock")
        (inbox / "upload.tmp").write_bytes(b"half")
    for kind, serial in _TRAPS.items():
        if due(kind):
            base = f"CWB-2026-{serial}"
            packages.write(inbox, base, {f"{base}.xlsx": trap(kind)})


def trap(kind: str) -> bytes:
    """The bytes of a zip bomb (100 MB of blanks in a sheet), or of an old or encrypted workbook, as found under ``.xlsx``."""
    if kind != "zip_bomb":
        name = "EncryptedPackage" if kind == "password_protected" else "Workbook"
        return _OLE + bytes(480) + name.encode("utf-16-le").ljust(1024, b"\0")
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(
            "[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(100):
                sheet.write(b" " * 1024 * 1024)
    return out.getvalue()


def receipt_bytes(file: str, body: dict[str, Any], due: Due) -> dict[str, bytes]:
    """File name -> bytes of a receipt, with what misbehaves beside it."""
    encoding = "gb18030" if due("receipt_gbk") else "utf-8"
    raw = json.dumps(body, ensure_ascii=False, indent=1).encode(encoding)
    files = {file: raw}
    if due("receipt_again"):
        files[file.replace(".receipt.", ".receipt.2.") if ".receipt.json" in file else file] = raw
    if due("receipt_unknown"):
        name = f"{body['package']}_reply_999"
        files[f"{name}.receipt.json"] = json.dumps(body | {"replyFile": f"{name}.xlsx"}, ensure_ascii=False).encode()
    if due("receipt_wrong_hash"):
        files[file] = json.dumps(body | {"replySha256": "0" * 64}, ensure_ascii=False).encode()
    return files
