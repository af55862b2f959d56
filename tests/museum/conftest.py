"""The plain platform for the faults at the outer doors."""

from tests.integrations.conftest import clock, platform

__all__ = ["clock", "platform"]
