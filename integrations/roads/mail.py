"""电子邮件: one plain message by SMTP; its Message-ID comes of the alert's number, so that a doubled one is known as such."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from integrations.protocol import AdapterError

TIMEOUT = 15.0  # seconds
#: The server said no, or was not there: nothing was handed over.
REFUSED = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


def send(alert: Any, settings: Mapping[str, Any], _wire: Any = None) -> None:
    """Hand it to the server of the settings (address host:port; user, secret, sender, tls). Raises AdapterError."""
    host, _colon, port = str(settings["address"]).partition(":")
    try:
        server = smtplib.SMTP(host, int(port or 25), timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as trouble:
        raise AdapterError(f"邮件服务器连接不上：{type(trouble).__name__}", code="unreachable") from trouble
    try:
        _hand_over(server, _message(alert, settings, host), settings)
    except REFUSED as trouble:
        raise AdapterError(
            f"邮件服务器拒收：{str(trouble)[:150]}", code="refused", permanent=_is_final(trouble)
        ) from trouble
    except (OSError, smtplib.SMTPException) as trouble:
        raise AdapterError(f"邮件发送中断：{type(trouble).__name__}", code="dropped", unclear=True) from trouble
    finally:
        server.close()


def _hand_over(server: smtplib.SMTP, message: EmailMessage, settings: Mapping[str, Any]) -> None:
    if settings.get("tls"):
        server.starttls(context=ssl.create_default_context())
    if settings.get("user"):
        server.login(settings["user"], settings["secret"])
    server.send_message(message)


def _message(alert: Any, settings: Mapping[str, Any], host: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = alert.subject, settings["sender"], alert.address
    message["Message-ID"] = f"<alert-{alert.pk}@{host}>"
    message.set_content(alert.text)
    return message


def _is_final(trouble: Exception) -> bool:
    """5xx: the same message will be refused again."""
    code = getattr(trouble, "smtp_code", 0)
    codes = [answer[0] for answer in getattr(trouble, "recipients", {}).values()] or [code]
    return all(each >= 500 for each in codes)
