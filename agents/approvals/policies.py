"""Who may decide."""

from django.conf import settings
from django.db.models import Q, QuerySet

from agents.approvals.models import Approval
from agents.models import Run
from apps.accounts.models import User


def asked(person: User, approval: Approval) -> bool:
    """Whether it is their own run that waits."""
    return person.is_active and approval.run.person_id == person.pk


def seconds() -> QuerySet[User]:
    """Who may be somebody's second pair of eyes: administrators, and members of the groups of approvers."""
    administrators = Q(role=User.Role.ADMINISTRATOR)
    approvers = Q(pk__in=User.objects.filter(groups__name__in=settings.QUARRY_APPROVERS).values("pk"))
    return User.objects.filter(administrators | approvers, is_active=True)


def may_second(person: User) -> bool:
    """Whether they may be somebody's second pair of eyes."""
    return seconds().filter(pk=person.pk).exists()


def may_decide(person: User, approval: Approval) -> bool:
    """The one who asked; where a second person is needed, also others who may be that."""
    if approval.run.person_id == person.pk:
        return person.is_active
    return approval.needed > 1 and may_second(person)


def enough(approval: Approval) -> bool:
    """Whether all have agreed who must: the one who asked, and where two are needed somebody else, who still may."""
    agreed = [each.person for each in approval.decisions.select_related("person") if each.verdict == "approve"]
    own = [person for person in agreed if asked(person, approval)]
    others = [person for person in agreed if person.pk != approval.run.person_id and may_second(person)]
    return bool(own) and (approval.needed == 1 or bool(others))


def may_grant(run: Run, approval: Approval) -> bool:
    """Whether it can be allowed for the whole conversation: not what needs two, nor what is asked for another reason
    than the function itself."""
    usual = approval.why in (Approval.Why.POLICY, Approval.Why.RULE)
    return bool(run.input.get("thread")) and approval.needed == 1 and usual
