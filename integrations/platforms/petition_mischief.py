"""How the petition platform misbehaves: on answers as values, and on the bytes of an answer."""

from __future__ import annotations

from collections.abc import Callable

from .petition_soap import Fault, Nil, Node

Due = Callable[[str], bool]

BEFORE = ("server_fault", "busy")
AFTER = ("unknown_outcome", "fault_after_commit")
INFO = ("missing_elements", "doubled_elements", "blanks_around", "escaped_break", "xsi_nil")
LIST = ("shifting_pages", "ghost_item")
KINDS = (*BEFORE, *AFTER, *INFO, *LIST, "old_info")
"""Misbehaviours of this wire beside those of any gateway; ``gbk`` declares GB18030 in the XML under charset=utf-8."""

GHOST = "999999999999"


def before(due: Due) -> list[Node] | None:
    """An answer instead of acting: 1009 with ``retryafter``; raises a server fault; None = act."""
    if due("server_fault"):
        raise Fault("Server", "9999", "服务器忙,请稍后重试")
    return [("code", "1009"), ("message", "系统繁忙"), ("retryafter", "1")] if due("busy") else None


def after(due: Due) -> list[Node] | None:
    """An unclear answer after the call was committed; None = answer truly."""
    if due("fault_after_commit"):
        raise Fault("Server", "9999", "处理超时")
    return [("code", "9999"), ("message", "处理结果未知")] if due("unknown_outcome") else None


def on_info(info: list[Node], due: Due) -> list[Node]:
    """The elements of ``info`` as a careless server writes them."""
    if due("missing_elements"):
        info = [
            node
            for node in info
            if node[0] not in ("mz", "dzyx", "hjd", "longitude", "endtype", "keywords", "satisfaction")
        ]
    if due("doubled_elements"):
        info = [*info, *(node for node in info if node[0] in ("title", "status", "xm"))]
    if due("blanks_around"):
        info = [(name, f"\n  {value} ") if isinstance(value, str) and value and name != "replycontent" else (name, value)
                for name, value in info]  # fmt: skip
    if due("escaped_break"):
        info = [(name, value.replace("。", "。<br/>", 1)) if name == "content" and isinstance(value, str) else (name, value)
                for name, value in info]  # fmt: skip
    if due("xsi_nil"):
        info = [(name, Nil()) if value == "" else (name, value) for name, value in info]
    return info


def on_items(items: list[Node], due: Due) -> list[Node]:
    """A page that shifted while it was read (one item twice, one skipped), or with an item that GetInfo does not know."""
    if len(items) > 2 and due("shifting_pages"):
        items = [*items[:-1], items[0]]
    if items and due("ghost_item"):
        items = [*items, ("item", [("infoid", GHOST), *children(items[-1])[1:]])]
    return items


def on_result(method: str, result: list[Node], due: Due) -> list[Node]:
    """The result of a query with whatever misbehaviour is due."""
    careless = {"GetInfo": ("info", on_info), "GetInfoList": ("items", on_items)}.get(method)
    if careless is None:
        return result
    part, change = careless
    return [(node[0], change(children(node), due)) if node[0] == part else node for node in result]


def children(node: Node) -> list[Node]:
    """The elements inside an element."""
    return [] if isinstance(node[1], str | Nil) else list(node[1])
