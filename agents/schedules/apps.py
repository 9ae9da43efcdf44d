from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "agents.schedules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Callers' addresses are secrets."""
        from agents.schedules import logs

        logs.hide_tokens()
