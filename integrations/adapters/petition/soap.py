"""SOAP 1.1 as plain values: an envelope from element texts, and element texts (or a fault) from an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from integrations.protocol import Unmappable
from integrations.reading import clean, decode_xml

NAMESPACE = "urn:example:petition:exchange"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
LISTS = {"items": "item", "rows": "row"}

Elements = Mapping[str, "str | Sequence[Mapping[str, str]]"]


class Unreadable(Exception):
    """The answer is no SOAP answer to this method: HTML of a gateway, cut XML, a DOCTYPE."""


class Fault(Exception):
    """A soap:Fault: ``is_client`` means our request is at fault and no retry helps; else the outcome is unknown."""

    def __init__(self, is_client: bool, code: str, message: str) -> None:
        super().__init__(message)
        self.is_client, self.code, self.message = is_client, code, message


def envelope(method: str, unitcode: str, token: str, elements: Elements) -> bytes:
    """The request: equal elements give equal bytes. Raises ValueError for text that XML cannot carry."""
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    header = _child(etree.SubElement(root, f"{{{ENVELOPE}}}Header"), "AuthHeader")
    _child(header, "unitcode").text = unitcode
    _child(header, "token").text = token
    call = _child(etree.SubElement(root, f"{{{ENVELOPE}}}Body"), method)
    for name, value in elements.items():
        if isinstance(value, str):
            _child(call, name).text = _lines(value)
        else:
            _files(_child(call, name), value)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})


def _files(parent: etree._Element, files: Sequence[Mapping[str, str]]) -> None:
    for file in files:
        row = _child(parent, "fj")
        for name, value in file.items():
            _child(row, name).text = value


def _lines(text: str) -> str:
    """XML reads every line break as LF; so is the digest of a reply."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def result(raw: bytes, method: str, charset: str = "") -> dict[str, Any]:
    """The ``<MethodResult>`` as texts (blanks around taken off; nil and missing are alike), lists and ``info`` as nested values.

    Doubled elements: the first that says anything counts, and their names stand under ``_doubled``. Raises Fault, Unreadable.
    """
    body = _parse(raw, charset).find(f"{{{ENVELOPE}}}Body")
    if body is None:
        raise Unreadable("no SOAP body")
    fault = body.find(f"{{{ENVELOPE}}}Fault")
    if fault is not None:
        raise _fault(fault)
    for element in body.iter():
        if _name(element) == f"{method}Result":
            return _value(element)
    raise Unreadable(f"no {method}Result")


def _parse(raw: bytes, charset: str) -> etree._Element:
    try:
        text = clean(decode_xml(raw, charset)).strip()
    except Unmappable as trouble:
        raise Unreadable(trouble.en) from trouble
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("a DOCTYPE is never sent, so it is refused")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise Unreadable(f"not XML: {trouble}") from trouble
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Unreadable("not a SOAP envelope")
    return root


def _fault(fault: etree._Element) -> Fault:
    texts = {_name(element): (element.text or "").strip() for element in fault.iter()}
    return Fault("Client" in texts.get("faultcode", ""), texts.get("errcode", ""), texts.get("faultstring", ""))


def _value(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    doubled: list[str] = []
    for child in element:
        name = _name(child)
        if name in LISTS:
            found[name] = [_value(row) for row in child if _name(row) == LISTS[name]]
        elif name == "info":
            found[name] = _value(child)
        elif name:
            if name in found:
                doubled.append(name)
            found[name] = found.get(name) or _text(child)
    return found | ({"_doubled": doubled} if doubled else {})


def _text(element: etree._Element) -> str:
    if element.get(NIL) in ("true", "1"):
        return ""
    return "".join(element.itertext()).strip()


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
