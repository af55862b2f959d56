"""The web's door: what gunicorn serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
os.environ.setdefault("HOTLINE_ROLE", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from config.checks import insist  # noqa: E402

insist()
