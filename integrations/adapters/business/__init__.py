"""The business-environment platform (为企服务): signed webhooks in, signed REST out."""

from integrations.adapters.business.adapter import BusinessAdapter
from integrations.adapters.business.signing import WebhookRefused, verify

__all__ = ["BusinessAdapter", "WebhookRefused", "verify"]
