"""The tests' settings for a program started by a test: the same keys, and the checkpoint file of that test."""

import os
from pathlib import Path

from config.settings.test import *  # noqa: F403

CHECKPOINT_FILE = Path(os.environ["CHECKPOINT"])
