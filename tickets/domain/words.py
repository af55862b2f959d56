"""The field's closed vocabularies, each word with its Chinese and English label (docs/glossary.md holds the same words)."""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """A word with a label pair: ``Channel("hotline", "市民服务热线", "Citizen-service hotline")``."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Labelled:
        word = str.__new__(cls, code)
        word._value_ = code
        word.zh, word.en = zh, en
        return word

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        """Choices for a model field: (code, Chinese label)."""
        return [(word.value, word.zh) for word in cls]


class Channel(Labelled):
    """来源渠道: the eight ways by which a matter arrives (domain §1)."""

    HOTLINE = "hotline", "宿事速办", "Citizen-service hotline"
    BUSINESS = "business", "为企服务", "Business-environment platform"
    PETITION = "petition", "信访", "Petition"
    INSPECTION = "inspection", "督查通知", "Inspection notice"
    RADIO = "radio", "政风行风热线", "Radio hotline"
    DISCLOSURE = "disclosure", "依申请公开", "Disclosure on application"
    OPINION = "opinion", "舆情", "Public opinion"
    DIRECT = "direct", "来电来访", "Direct call or visit"


#: What is taken in by our own people, without a platform.
OWN_DOORS = (Channel.DIRECT, Channel.RADIO, Channel.DISCLOSURE, Channel.OPINION)
#: An inspector's notice and a finding of our own staff have nobody to be contacted.
NO_CALLER = (Channel.INSPECTION.value, Channel.OPINION.value)


class Way(Labelled):
    """方式: how a contact at one of our own doors reached us."""

    PHONE = "phone", "来电", "Telephone"
    VISIT = "visit", "来访", "Visit"
    LETTER = "letter", "来信", "Letter"
    ONLINE = "online", "网上", "Online"


class AlertRoad(Labelled):
    """提醒方式: how a person is told outside the house what waits in his tray."""

    EMAIL = "email", "电子邮件", "E-mail"
    DINGTALK = "dingtalk", "钉钉", "DingTalk"
    WECOM = "wecom", "企业微信", "WeCom"
    WEBHOOK = "webhook", "其他系统", "Another system"


class Card(Labelled):
    """亮牌: what a step of the ladder shows, where the policy says so."""

    YELLOW = "yellow", "黄牌", "Yellow card"
    RED = "red", "红牌", "Red card"


class MatterType(Labelled):
    """诉求类型."""

    CONSULTATION = "consultation", "咨询", "Consultation"
    HELP = "help", "求助", "Request for help"
    COMPLAINT = "complaint", "投诉", "Complaint"
    REPORT = "report", "举报", "Report of wrongdoing"
    SUGGESTION = "suggestion", "建议", "Suggestion"
    PRAISE = "praise", "表扬", "Praise"
    OTHER = "other", "其他", "Other"


class Urgency(Labelled):
    """紧急程度."""

    ORDINARY = "ordinary", "一般", "Ordinary"
    URGENT = "urgent", "紧急", "Urgent"
    CRITICAL = "critical", "特急", "Critical"


class Outcome(Labelled):
    """办理结果: explained is lawful and is never forced into solved (domain §2)."""

    SOLVED = "solved", "已解决", "Solved"
    IN_PROGRESS = "in_progress", "正在解决", "Being solved, with a date"
    EXPLAINED = "explained", "已解释说明", "Explained, cannot be solved"
    NOT_TRUE = "not_true", "不属实", "Not true"
    NOT_OURS = "not_ours", "非本单位职责", "Not ours"


class Disclosure(Labelled):
    """公开属性, fixed when the text is made."""

    ACTIVE = "active", "主动公开", "Published actively"
    ON_APPLICATION = "on_application", "依申请公开", "On application"
    NOT_PUBLIC = "not_public", "不予公开", "Not published"


class RejectionReason(Labelled):
    """不予受理 reason codes (domain §2)."""

    EMERGENCY = "emergency", "应拨打110、119、120", "Emergency services"
    LEGAL_ROUTE = (
        "legal_route",
        "应走诉讼、仲裁、复议或信息公开途径",
        "Litigation, arbitration, reconsideration or disclosure",
    )
    PETITION = "petition", "已进入信访程序", "Already a petition"
    SECRET = "secret", "涉密或个人隐私", "Secret or private"
    FINISHED = "finished", "同一事项已办结", "The same matter is finished"
    NOT_DUTY = "not_duty", "超出职责范围", "Outside our duties"
    NOT_AREA = "not_area", "超出区域范围", "Outside our area"
    MALICIOUS = "malicious", "恶意或无实质内容", "Malicious or empty"


class ReturnReason(Labelled):
    """退单理由 (the hotline's codes in their order 01–05, 09)."""

    NOT_DUTY = "not_duty", "超出职责", "Outside our duties"
    NOT_AREA = "not_area", "超出区域", "Outside our area"
    LEGAL_ROUTE = "legal_route", "应走法定途径", "Has a lawful route of its own"
    PETITION = "petition", "已进入信访", "Already a petition"
    DUPLICATE = "duplicate", "重复", "Duplicate"
    OTHER = "other", "其他", "Other"


class SuspensionGround(Labelled):
    """挂账 grounds: each with a promised date and an approver."""

    PLANNING = "planning", "需纳入规划或年度计划", "Waits for a plan"
    FUNDING = "funding", "资金尚未落实", "Waits for funds"
    HISTORY = "history", "历史遗留问题", "Inherited problem"
    SEASON = "season", "受季节或工期限制", "Waits for the season or the works"
    OTHER_UNIT = "other_unit", "需其他单位先行办理", "Waits for another unit"


class PauseGround(Labelled):
    """暂停计时 grounds: each with a rule of its own (how long, on whose word, which paper)."""

    INFORMATION = "awaiting_information", "等待诉求人补充", "Waits for the caller"
    CORRECTION = "correction", "申请内容补正", "Correction of the application"
    THIRD_PARTY = "third_party", "征求第三方意见", "Third party consulted"
    HEARING = "hearing", "听证", "Hearing"
    SUSPENSION = "suspension", "挂账", "Suspension"


class FileRole(Labelled):
    """附件类别: what a file shows."""

    MATTER = "matter", "诉求材料", "The matter"
    CONTACT = "contact", "联系凭证", "Proof of contact"
    HANDLING = "handling", "办理凭证", "Proof of handling"
    PHOTO = "photo", "现场照片", "Photograph"


class NoticeForm(Labelled):
    """告知方式: how the petitioner is told that the matter is taken on."""

    WRITTEN = "written", "书面告知", "In writing"
    SMS = "sms", "短信告知", "By text message"
    ONLINE = "online", "网上告知", "Online"
    NONE = "none", "未告知", "Not told"


class ClockKind(Labelled):
    """What a clock counts (domain §3)."""

    SIGN = "sign", "签收", "Sign-for"
    CONTACT = "contact", "首次联系", "First contact"
    REPLY = "reply", "答复", "Reply"
    ANSWER = "answer", "阶段答复", "Interim answer"
    NOTICE = "notice", "受理告知", "Notice of receipt"
    OBJECTION = "objection", "异议", "Objection"
    CORRECTION = "correction", "补正告知", "Asking for correction"
    THIRD_PARTY = "third_party", "第三方答复", "The third party's answer"
    REVIEW = "review", "复查复核", "Review"
    CONTRIBUTE = "contribute", "协办意见", "Co-handler's contribution"


class Side(Labelled):
    """外环 platform and bureau, 内环 office and section (domain §2)."""

    OUTER = "outer", "对外时限", "Outer"
    INNER = "inner", "科室时限", "Inner"


class Role(Labelled):
    """People of the office (domain §5), and the two that are no people."""

    INTAKE = "intake", "登记员", "Intake clerk"
    DISPATCHER = "dispatcher", "派单员", "Dispatcher (office)"
    HANDLER = "handler", "承办人", "Handler"
    CHIEF = "chief", "科室负责人", "Section chief"
    LEADER = "leader", "分管领导", "Leader"
    SECRECY = "secrecy", "保密审查员", "Secrecy reviewer"
    AUDITOR = "auditor", "审计管理员", "Auditor"
    SYSADMIN = "sysadmin", "系统管理员", "System administrator"
    SECURITY = "security", "安全管理员", "Security administrator"
    ADAPTER = "adapter", "平台账号", "Adapter account"
    SYSTEM = "system", "系统", "The service itself"


OFFICE: frozenset[Role] = frozenset({Role.INTAKE, Role.DISPATCHER, Role.LEADER})
SECTION: frozenset[Role] = frozenset({Role.HANDLER, Role.CHIEF})
