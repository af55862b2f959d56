"""Who acts: a person, a platform's account or the service itself, as the domain needs to know them."""

from __future__ import annotations

from dataclasses import dataclass

from .words import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. ``user_id`` is None for platforms and the service; ``deputy_for`` names whom a deputy stands in for."""

    name: str
    roles: frozenset[Role]
    user_id: int | None = None
    section_id: int | None = None
    source: str = ""
    deputy_for: int | None = None

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def account(self) -> int:
        """The id of the person's account. Raises ValueError for a platform or the service, which write nothing in a person's name."""
        if self.user_id is None:
            raise ValueError(f"{self.name} is no person")
        return self.user_id

    @property
    def in_place_of(self) -> int | None:
        """Whose desk the work is done at: the one who is away for a deputy, else the person's own."""
        return self.deputy_for or self.user_id

    @property
    def label(self) -> str:
        """How journal and history name the actor: no personal data beyond the account's own name. A deputy is named with whom he
        stands in for: ``user:7 for user:5``."""
        if self.user_id:
            return f"user:{self.user_id} for user:{self.deputy_for}" if self.deputy_for else f"user:{self.user_id}"
        return f"platform:{self.source}" if self.source else self.name


SYSTEM = Actor(name="system", roles=frozenset({Role.SYSTEM}))


def platform(source: str) -> Actor:
    """The account under which a platform's own decisions are recorded."""
    return Actor(name=source, roles=frozenset({Role.ADAPTER}), source=source)
