"""The petition platform (信访): SOAP 1.1, document/literal, asked for changes by time."""

from integrations.adapters.petition.adapter import PetitionAdapter

__all__ = ["PetitionAdapter"]
