"""The switchboard as a Django app, so that its commands and checks are found."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """Brings the commands ``run`` and ``once`` and the checks of the settings."""

    name = "config"
    label = "house"
    verbose_name = "House"

    def ready(self) -> None:
        """Register the checks."""
        from . import checks  # noqa: F401
