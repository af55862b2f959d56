"""Inspection notices (市创卫办、文明办督查): packages of files in, reply files out, receipts back."""

from integrations.adapters.inspection.adapter import InspectionAdapter

__all__ = ["InspectionAdapter"]
