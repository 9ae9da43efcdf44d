from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AssistantsConfig(AppConfig):
    name = "agents.assistants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Has the ready-made assistants made with the tables."""
        from agents.assistants import ready_made

        post_migrate.connect(ready_made.after_migration, sender=self)
