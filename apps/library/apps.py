import logging

from django.apps import AppConfig
from quarry.runtime import store
from quarry.runtime.catalogue import Model

logger = logging.getLogger(__name__)


class LibraryConfig(AppConfig):
    name = "apps.library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        store.on_refusal(audit_refusal)


def audit_refusal(model: Model, why: str) -> None:
    """A model that is refused, wherever in Quarry it is, leaves an event. Where there is no database (set-up, `doctor`)
    the log has to do: the refusal stands either way."""
    from apps.audit import record

    logger.error("%s", why)
    try:
        record(None, "model.refused", model.id, {"model": model.id, "error": why})
    except Exception as error:
        logger.warning("The refusal of %s could not be recorded: %s", model.id, error)
