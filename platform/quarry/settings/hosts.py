"""Under which names this server answers."""

from collections.abc import Mapping

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
EVERY_INTERFACE = {"0.0.0.0", "::", "[::]"}  # noqa: S104  compared with, not bound to


def allowed_hosts(environment: Mapping[str, str]) -> list[str]:
    """`QUARRY_ALLOWED_HOSTS` where set. Else, bound to loopback, only its names: a page elsewhere whose name was
    pointed at 127.0.0.1 (DNS rebinding) is refused. Bound to every interface, any name: it cannot be known."""
    named = [name.strip() for name in environment.get("QUARRY_ALLOWED_HOSTS", "").split(",") if name.strip()]
    if named:
        return named
    host = environment.get("QUARRY_HOST", "")
    if host in EVERY_INTERFACE:
        return ["*"]
    return [*LOOPBACK, host] if host and host not in LOOPBACK else LOOPBACK
