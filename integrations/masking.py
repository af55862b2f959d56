"""Text that may be shown or logged: long digits, quoted values and the fields that hold a person are covered."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_DIGITS = re.compile(r"(?<![0-9A-Za-z_])\d{7,}(?:[Xx]\b)?")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_CHINESE = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff、，。；：·]*")
_PERSONAL = (
    r"(?:caller\w*|contact(?:Phone|Person)|incomingPhone|mobile|phone|email|enterprise|contact|name|address|appealContent|content|"
    r"xm|zjhm|lxdh|sjhm|dzyx|hjd|zz|dwmc|csrq|db\dxm|db\dzjhm|db\dlxdh|mainfact|mainappeal|representatives|incidentAddress)"
)
_JSON_FIELD = re.compile(rf'("{_PERSONAL}"\s*:\s*)"(?:[^"\\]|\\.)*"')
_XML_FIELD = re.compile(rf"(<(?:\w+:)?({_PERSONAL})(?:\s[^>]*)?>)[^<]*(</)")


def record(text: str) -> str:
    """A raw record for the office's eyes: its shape, codes and dates, without the person."""
    covered = _XML_FIELD.sub(r"\1***\3", _JSON_FIELD.sub(r'\1"***"', text))
    return _DIGITS.sub(lambda found: found[0][:2] + "***" + found[0][-2:], covered)


def trouble(error: BaseException) -> str:
    """An unexpected error in one line: its class, where in our code, and its message without quoted values, names or long digits."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    ours = [frame for frame in frames if "/.venv/" not in frame.filename]
    place = f" @ {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else ""
    message = _DIGITS.sub("***", _CHINESE.sub("***", _QUOTED.sub("***", " ".join(str(error).split()))))
    return f"{type(error).__name__}{place}: {message}"[:400]
