from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "apps.chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lets conversations be summarised."""
        from agents.summaries import sources
        from apps.chat.transcript import transcript

        sources.provide("conversation", transcript)
