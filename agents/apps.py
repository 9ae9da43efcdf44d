from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Puts the event stream, a plain view, into the OpenAPI document."""
        from agents.api import stream

        stream.describe()
