"""For the tests: fixed keys, quick passwords, the services that tests.services has started."""

import os
import tempfile
from pathlib import Path

from config import secrets

os.environ.setdefault("HOTLINE_VAR", str(Path(tempfile.gettempdir()) / f"hotline-test-{os.getuid()}"))
os.environ[secrets.SIGNING] = "only-for-tests-" + "x" * 50
os.environ[secrets.VAULT] = "dGVzdC12YXVsdC1rZXktMzItYnl0ZXMtbG9uZy0wMDE="
os.environ[secrets.JOURNAL] = "dGVzdC1qb3VybmFsLWtleS0zMi1ieXRlcy1sb25nLTE="

from .dev import *  # noqa: F403
from .dev import DATABASES, VAR

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
ATTACHMENTS_FOLDER = VAR / "attachments" / WORKER
CHECKPOINT_FILE = VAR / "journal" / WORKER / "checkpoint.jsonl"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: a real worker and the sweep open it from their own processes and threads.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
