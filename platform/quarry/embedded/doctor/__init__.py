"""What is wrong with this installation and how to mend it: one finding for each check. No Django in here."""

from .findings import Finding, State, examine

__all__ = ["Finding", "State", "examine"]
