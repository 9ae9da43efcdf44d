"""Who may do what with a schedule: its owner, and nobody else; and where results may be sent."""

from django.conf import settings
from quarry import egress
from quarry.api.problem import not_found

from agents.schedules.models import Schedule
from apps.accounts.models import User
from apps.accounts.policies import may_administer


def require_owner(person: User, schedule: Schedule) -> None:
    """Raises the problem that also stands for a schedule that does not exist."""
    if schedule.person_id != person.pk or not person.is_active:
        raise not_found()


def may_send_to(person: User, url: str) -> bool:
    """Results may leave the house for where an administrator has allowed it: by the installation's list, or by their
    own schedule."""
    return listed(url) or may_administer(person)


def listed(url: str) -> bool:
    """Whether the address is on the installation's list, which may name addresses of its own network."""
    try:
        return egress.origin(url) in settings.QUARRY_WEBHOOK_HOSTS
    except egress.EgressError:
        return False


def way_out(url: str) -> egress.Policy:
    """What a delivery may call: this address, in the own network only if it is listed."""
    return egress.Policy(frozenset({egress.origin(url)}), allow_private=listed(url))
