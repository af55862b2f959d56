"""Recorded answers of the petition platform (made up): an info, lists, faults, in the shapes of the wire."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

NS = "urn:example:petition:exchange"
NONE = "0001-01-01T00:00:00"

INFO: dict[str, str] = {
    "infoid": "260302000017", "infocode": "341300202603020017", "querycode": "482913", "acceptanceno": "", "businessno": "",
    "turnno": "1", "firstinfoid": "250811000003", "parentid": "", "sourceid": "", "sourcesystem": "样例信访信息系统",
    "regorgcode": "341300XF", "regorgname": "宿州市信访局", "xm": "测试戊", "xb": "2", "mz": "汉族", "zjlx": "01",
    "zjhm": "341300190001010000", "csrq": "1900-01-01T00:00:00", "zy": "", "dwmc": "", "lxdh": "05570000000",
    "sjhm": "19900004444", "dzyx": "", "yzbm": "", "hjd": "", "zzqhdm": "341302", "zz": "样例花园1栋", "isanonymous": "0",
    "isrealname": "1", "isjoint": "1", "visitornum": "7", "involvednum": "30", "db1xm": "测试戊", "db1zjhm": "", "db1lxdh":
    "19900004444", "db2xm": "测试己", "db2zjhm": "", "db2lxdh": "19900004445", "issecret": "0", "isreport": "0", "isopen": "0",
    "publicrecord": "不公开", "title": "拆迁过渡费逾期未发", "content": "样例湖片区拆迁过渡费自去年十月起未发。<br/>请核实。", "aim": "1",
    "aimname": "申诉求决", "nrfl": "0101", "nrflmc": "城乡建设/征地拆迁/补偿", "xfyy": "", "mainfact": "", "mainappeal": "", "keywords":
    "过渡费", "questionarea": "341302", "questionareaname": "埇桥区", "questionaddr": "样例湖片区", "longitude": "116.97", "latitude":
    "33.64", "way": "3", "wayname": "网上", "source": "01", "sourcename": "网上信访", "jjcd": "2", "isrepeat": "0", "repeatnum": "0",
    "isfirst": "1", "issupervise": "0", "superviseno": "", "ldps": "", "ldpsr": "", "fromorgcode": "341300XF", "fromorgname":
    "宿州市信访局", "turntype": "2", "turntypename": "交办", "needreport": "1", "zbdwdm": "341300ZD", "zbdwmc":
    "宿州市重点工程建设管理局", "xbdwdm": "", "xbdwmc": "市财政局", "turnopinion": "请依法办理。", "xfsj": "2026-03-01T16:20:00",
    "regtime": "2026-03-01T17:00:00", "dispatchtime": "2026-03-02T09:00:00", "noticelimit": "2026-03-17T23:59:59", "objectlimit":
    "2026-03-09T23:59:59", "processlimited": "2026-05-01", "limitdays": "60", "limittime": "2026-05-01T23:59:59", "accepttime": NONE,
    "endtime": NONE, "updatetime": "2026-03-02T09:00:00", "status": "2", "statusname": "待受理告知", "acceptstate": "0", "objectstate":
    "0", "objectopinion": "", "extendstate": "0", "extendopinion": "", "urgenum": "0", "urgetime": NONE, "redonum": "0", "redoreason":
    "", "replycontent": "", "replytime": NONE, "replydocno": "", "satisfaction": "0", "isend": "0", "endtype": "", "fjnum": "2", "fjlist":
    "1|申请书.pdf|23456;2|照片.jpg|",
}  # fmt: skip


def info(**changes: str) -> dict[str, str]:
    """The recorded info with some elements changed."""
    return {**INFO, **changes}


def answer(
    method: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>', encoding: str = "utf-8", **elements: Any
) -> bytes:
    """A whole SOAP answer; a dict becomes a nested element, a list of dicts a list of ``item`` or ``row``."""
    inner = "".join(_element(name, value) for name, value in elements.items())
    text = (
        f'{head}<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body><{method}Response xmlns="{NS}"><{method}Result>'
        f"{inner}</{method}Result></{method}Response></soap:Body></soap:Envelope>"
    )
    return text.encode(encoding)


def _element(name: str, value: Any) -> str:
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, list):
        child = {"items": "item", "rows": "row", "info": "info"}.get(name, name)
        return f"<{name}>" + "".join(_element(child, row) for row in value) + f"</{name}>"
    if isinstance(value, dict):
        return f"<{name}>" + "".join(_element(key, one) for key, one in value.items()) + f"</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def fault(code: str, who: str = "Client") -> bytes:
    """A SOAP fault."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f"<soap:Fault><faultcode>soap:{who}</faultcode><faultstring>身份验证失败</faultstring><detail><errcode>{code}</errcode></detail>"
        "</soap:Fault></soap:Body></soap:Envelope>"
    ).encode()


def row(**changes: str) -> dict[str, str]:
    """A row of GetInfoList."""
    keys = ("infoid", "infocode", "turnno", "updatetime", "status", "isend")
    return {key: INFO[key] for key in keys} | changes
