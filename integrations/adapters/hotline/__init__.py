"""The citizen-service hotline (宿事速办): REST and JSON with an API key."""

from integrations.adapters.hotline.adapter import HotlineAdapter

__all__ = ["HotlineAdapter"]
