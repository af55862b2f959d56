"""Why a file was not read, in both languages, each with what to do about it."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "too_big": (
        "文件超过20MB,请拆分或压缩图片后重新报送",
        "The file is over 20 MB: split it or shrink its pictures and send it again",
    ),
    "too_many_parts": (
        "压缩包内文件过多，疑似异常文件，请用原软件另存后重报",
        "Too many parts inside: save it anew and send it again",
    ),
    "bomb": ("文件解压后过大，疑似压缩炸弹，已拒绝打开", "It unpacks to far more than it holds (a zip bomb): refused"),
    "doctype": (
        "文件内含DOCTYPE或实体声明，不安全，已拒绝打开",
        "It declares a DOCTYPE or entities, which is unsafe: refused",
    ),
    "protected": (
        "文件有密码保护，请取消密码后重新报送",
        "The file is protected by a password: remove it and send it again",
    ),
    "old_format": (
        "文件是旧版格式(.xls/.doc),请另存为.xlsx/.docx后重新报送",
        "An old .xls or .doc file: save it as .xlsx or .docx and send it again",
    ),
    "other_format": (
        "文件内容与扩展名不符，请核对后重新报送",
        "The content is not what the extension says: check it and send it again",
    ),
    "broken": ("文件损坏或不完整，无法读取，请重新报送", "The file is damaged or incomplete: send it again"),
    "too_long": (
        "表格或文字过多，超过读取上限，请拆分后重报",
        "More rows or text than we read at once: split it and send it again",
    ),
    "too_slow": (
        "文件读取超过时间或内存上限，请拆分后重报或人工录入",
        "Reading took too much time or memory: split it, or type it by hand",
    ),
    "encoding": (
        "文字编码无法识别，请另存为UTF-8或GBK",
        "The characters cannot be read: save the file as UTF-8 or GBK",
    ),
}


class FileRefused(Exception):
    """A file was not read: ``code`` is a key of REASONS; ``zh`` and ``en`` name the reason and the remedy."""

    def __init__(self, code: str, name: str = "") -> None:
        reason_zh, reason_en = REASONS.get(code, REASONS["broken"])
        self.code, self.name = code, name
        self.zh = f"{name}:{reason_zh}" if name else reason_zh
        self.en = f"{name}: {reason_en}" if name else reason_en
        super().__init__(self.zh)
