from django.apps import AppConfig


class SummariesConfig(AppConfig):
    name = "agents.summaries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Says who carries summaries out."""
        from agents import kinds
        from agents.models import Run
        from agents.summaries import work

        kinds.register(Run.Kind.SUMMARY, work.Summarising, work.TIME_LIMIT)
