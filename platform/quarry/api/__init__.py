"""What every API of the house shares: problems, pages, idempotent POSTs, response headers."""

from quarry.api.problem import Problem

__all__ = ["Problem"]
