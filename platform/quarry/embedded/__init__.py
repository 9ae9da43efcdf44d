"""PostgreSQL and Valkey from pip's wheels, and the supervisor behind `manage.py up`. No Django at import.

The servers are direct children of one supervisor and listen on unix sockets in a private folder: no TCP port can
clash and no password is needed. Every other process finds them by `quarry.embedded.paths`.
"""

from .place import Place, ServiceFault
from .postgres import Postgres
from .valkey import Valkey

__all__ = ["Place", "Postgres", "ServiceFault", "Valkey"]
