"""What the journal's kinds and acts are called."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.queries.timeline import OTHER

CHAINS: Mapping[str, tuple[str, str]] = {
    "tickets": ("工单办理", "Tickets"),
    "sign-in": ("登录", "Sign-in"),
    "accounts": ("账号与岗位", "Accounts"),
    "organisation": ("机构与基础资料", "Organisation"),
    "policy": ("规则与时限", "Rules"),
    "search": ("检索个人", "Search for a person"),
    "export": ("导出", "Exports"),
    "look-up": ("群众查询", "Look-ups by callers"),
    "calls": ("来电", "Calls"),
    "audit": ("审计", "Audit"),
}
#: Acts that are no act of the table of states.
ACTS: Mapping[str, tuple[str, str]] = {
    **OTHER,
    "sign_in": ("登录", "Signed in"),
    "sign_in_failed": ("登录失败", "Signing in failed"),
    "sign_in_refused": ("拒绝登录", "Signing in refused"),
    "sign_out": ("退出", "Signed out"),
    "locked_out": ("多次失败，暂时锁定", "Locked out after failures"),
    "stands_in": ("开始代理", "Began to stand in"),
    "stood_in_until_now": ("结束代理操作", "Stood in until now"),
    "account_made": ("新建账号", "Account made"),
    "account_switched_off": ("停用账号", "Account switched off"),
    "account_switched_on": ("启用账号", "Account switched on"),
    "roles_granted": ("调整岗位", "Roles granted or taken"),
    "link_made": ("生成设置密码的链接", "Link for a password made"),
    "password_set_by_link": ("凭链接设置密码", "Password set by the link"),
    "factor_dropped": ("解除双因素", "Second factor dropped"),
    "first_administrator": ("设立首任管理员", "First administrator made"),
    "sign_on_linked": ("绑定统一登录", "Single sign-on linked"),
    "token_given": ("发放接口令牌", "Token given"),
    "token_dropped": ("收回接口令牌", "Token taken back"),
    "deputy_named": ("指定代理人", "Deputy named"),
    "deputy_ended": ("代理结束", "Deputyship ended"),
    "section_added": ("新增科室", "Section added"),
    "section_renamed": ("科室更名", "Section renamed"),
    "section_changed": ("修改科室", "Section changed"),
    "section_joined": ("科室合并", "Section joined to another"),
    "section_closed": ("撤销科室", "Section closed"),
    "sheet_written": ("批量导入表格", "Sheet read in"),
    "install_reference": ("安装基础规则", "Reference rules installed"),
    "routes_ordered": ("调整派单规则顺序", "Routing rules put in order"),
    "route_added": ("新增派单规则", "Routing rule added"),
    "route_changed": ("修改派单规则", "Routing rule changed"),
    "route_switched_on": ("启用派单规则", "Routing rule switched on"),
    "route_switched_off": ("停用派单规则", "Routing rule switched off"),
    "search_person": ("按个人信息检索", "Searched for a person"),
    "export": ("导出清单", "List exported"),
    "call_back": ("回拨来电", "Called back"),
    "show_raw": ("查看未入库来件原文", "Record that could not come in opened"),
    "replay": ("重新入库", "Taken in once more"),
    "discard": ("作废来件", "Record discarded"),
    "breaker_lifted": ("恢复平台连接", "Platform connected again"),
    "verify": ("核验日志", "Journal verified"),
}
