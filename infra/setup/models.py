"""The models, by `manage.py setup`: it chooses, fetches and verifies, and says so at once when nothing is missing."""

import os

from work import PYTHON, ROOT, Job


def jobs(starter: bool = False) -> list[Job]:
    command = [PYTHON, ROOT / "manage.py", "setup", *(["--starter"] if starter else [])]
    environment = {"QUARRY_MODELS": os.environ.get("QUARRY_MODELS") or str(ROOT / "var" / "models")} if starter else {}
    return [Job("models", [command], "a gigabyte or more at the first time", environment=environment)]
