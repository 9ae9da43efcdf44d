"""Asking people for help: a ticket."""

from collections.abc import Mapping
from typing import Any

from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result
from apps.tickets import actions


def create(context: Context, arguments: Mapping[str, Any]) -> Result:
    ticket = actions.create(context.person, arguments["subject"], arguments["text"])
    return Result(f"Ticket {ticket.number} was created: {ticket.subject}", {"id": str(ticket.pk)})


TOOL = BuiltIn(
    "tickets",
    "Tickets",
    "Hands something over to people.",
    [
        Task(
            Offer(
                "create_ticket",
                "Create a support ticket, so that a person helps. 建立工單、報修、請人協助",
                parameters(
                    ["subject", "text"],
                    subject=text("What it is about", minLength=1, maxLength=200),
                    text=text("What is wrong, and what was tried", minLength=1, maxLength=10_000),
                ),
                title="Create a ticket",
            ),
            create,
        )
    ],
)
