"""SOAP 1.1 of the petition platform as plain values: read a call, write an answer, a fault or a list, in UTF-8 or GB18030."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

NAMESPACE = "urn:example:petition:exchange"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OPEN = f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:xsi="{XSI}"><soap:Body>'
_CLOSE = "</soap:Body></soap:Envelope>"

Node: TypeAlias = "tuple[str, str | Nil | Sequence[Node]]"


class Nil:
    """Written as an element with ``xsi:nil="true"``."""


class Fault(Exception):
    """A SOAP fault (HTTP 500): ``who`` is Client (permanent) or Server (unknown outcome), ``code`` the errcode."""

    def __init__(self, who: str, code: str, message: str) -> None:
        super().__init__(message)
        self.who, self.code, self.message = who, code, message


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the method, its element texts (the first of doubled ones), its files, and who asks."""

    method: str
    texts: Mapping[str, str]
    files: tuple[tuple[str, str], ...] = ()
    unitcode: str = ""
    token: str = ""
    doubled: tuple[str, ...] = field(default=())


def read_call(body: bytes) -> Call:
    """The call in ``body``. Raises Fault(Client, 1000) when it is not SOAP, or carries a DOCTYPE."""
    root = _parse(body)
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Fault("Client", "1000", "不是SOAP 1.1信封")
    payload = _payload(root)
    unitcode, token = _credentials(root)
    texts, files, doubled = _elements(payload)
    return Call(_local(payload), texts, files, unitcode, token, doubled)


def _parse(body: bytes) -> etree._Element:
    if b"<!DOCTYPE" in body[:4096]:
        raise Fault("Client", "1000", "不接受DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise Fault("Client", "1000", f"不是XML: {trouble}") from trouble
    if root.getroottree().docinfo.doctype:
        raise Fault("Client", "1000", "不接受DOCTYPE")
    return root


def _payload(root: etree._Element) -> etree._Element:
    body = root.find(f"{{{ENVELOPE}}}Body")
    children = [] if body is None else [child for child in body if isinstance(child.tag, str)]
    if len(children) != 1 or etree.QName(children[0]).namespace != NAMESPACE:
        raise Fault("Client", "1000", "Body须只含一个本服务的方法元素")
    return children[0]


def _credentials(root: etree._Element) -> tuple[str, str]:
    header = root.find(f"{{{ENVELOPE}}}Header/{{{NAMESPACE}}}AuthHeader")
    if header is None:
        return "", ""
    return _text(header, "unitcode"), _text(header, "token")


def _elements(payload: etree._Element) -> tuple[dict[str, str], tuple[tuple[str, str], ...], tuple[str, ...]]:
    texts: dict[str, str] = {}
    doubled: list[str] = []
    files: list[tuple[str, str]] = []
    for child in payload:
        name = _local(child)
        if name == "fjs":
            files += [(_text(fj, "fjmc"), _text(fj, "fjnr")) for fj in child if _local(fj) == "fj"]
        elif name in texts:
            doubled.append(name)
        elif etree.QName(child).namespace == NAMESPACE:
            texts[name] = child.text or ""
    return texts, tuple(files), tuple(doubled)


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def write_answer(method: str, result: Sequence[Node], *, encoding: str = "utf-8") -> bytes:
    """``<MethodResponse><MethodResult>…``; ``encoding`` is declared and used (characters it lacks become references)."""
    inner = "".join(map(_xml, result))
    body = f'<{method}Response xmlns="{NAMESPACE}"><{method}Result>{inner}</{method}Result></{method}Response>'
    return _envelope(body, encoding)


def write_fault(fault: Fault) -> bytes:
    """The envelope of a fault with ``detail/errcode``."""
    return _envelope(
        f"<soap:Fault><faultcode>soap:{fault.who}</faultcode><faultstring>{escape(fault.message)}</faultstring>"
        f"<detail><errcode>{escape(fault.code)}</errcode></detail></soap:Fault>",
        "utf-8",
    )


def _envelope(body: str, encoding: str) -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{_OPEN}{body}{_CLOSE}'
    return text.encode(encoding, "xmlcharrefreplace")


def _xml(node: Node) -> str:
    name, value = node
    if isinstance(value, Nil):
        return f'<{name} xsi:nil="true"/>'
    inner = escape(value) if isinstance(value, str) else "".join(map(_xml, value))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def escape(text: str) -> str:
    """Text safe inside an element; characters that XML 1.0 cannot carry are left out."""
    clean = _ILLEGAL.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
