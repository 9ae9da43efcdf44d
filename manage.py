#!/usr/bin/env python
"""Quarry's command line: `python manage.py up` runs the product, `doctor` says what is wrong with it."""

import os
import sys
from pathlib import Path

# platform/ is not a package (it would shadow the standard library's `platform`), so it is put on the path.
sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Quarry's packages are not in this Python. Use .venv/bin/python manage.py; `make setup` makes it.")

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
