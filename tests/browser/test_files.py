"""附件: a file that is too large or dangerous is refused with a clear word before it is sent, or by what is in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.demo.staff import picture

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow
MEGABYTE = 1024 * 1024


def test_a_file_that_is_not_taken(desk: Callable[..., Desk], tmp_path: Path) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    number = signed(office, handler, logged(office, Made()))
    sent: list[str] = []
    handler.page.on("request", lambda asked: sent.append(asked.method) if asked.url.endswith("/attach/") else None)
    form = handler.press("attach")
    form.wait_for()
    sent.clear()
    field = form.locator("[name=file]")

    def chosen(name: str, content: bytes = b"", size: int = 0) -> str:
        """What is said of it at once."""
        path = tmp_path / name
        path.write_bytes(content)
        if size:
            with path.open("r+b") as file:
                file.truncate(size)
        field.set_input_files(path)
        return str(field.evaluate("field => field.validationMessage"))

    assert chosen("样例现场.png", size=21 * MEGABYTE) == "样例现场.png 超过 20 MB，请压缩或拆分后再上传。"
    form.locator("button.primary").click()
    assert chosen("样例程序.exe", b"MZ").startswith("不收 样例程序.exe，可用：.jpg")
    form.locator("button.primary").click()
    assert not sent, "nothing was sent"

    assert chosen("样例伪装.png", b"MZ") == ""
    form.locator('[name=role][value="photo"]').check()
    form.locator("button.primary").click()
    form.get_by_text("附件内容与扩展名 .png 不符").wait_for()
    assert form.locator('[name=role][value="photo"]').is_checked(), "what was chosen is still chosen"

    assert chosen("样例修复后.png", picture(1)) == ""
    form.locator("button.primary").click()
    handler.page.locator(".said", has_text="添加附件").wait_for()
    assert "样例修复后.png" in handler.text()
    assert number in handler.page.url
