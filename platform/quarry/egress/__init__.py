"""The one way out of the house: calls to what an administrator configured, and to nothing else.

A `Policy` names the hosts that may be called. The name is resolved once and the connection goes to that very address,
so that a name which changes its mind between check and connection (DNS rebinding) gains nothing. Private and loopback
addresses need a policy that allows them; link-local ones, where clouds keep their credentials, are never called.
Redirects are not followed and the environment's proxies are not used. Knows no Django.
"""

from .connection import load_authorities
from .policy import SLICE, EgressError, Kind, Phase, Policy, Watch, check, origin
from .transport import Transport, client, reach

__all__ = [
    "SLICE",
    "EgressError",
    "Kind",
    "Phase",
    "Policy",
    "Transport",
    "Watch",
    "check",
    "client",
    "load_authorities",
    "origin",
    "reach",
]
