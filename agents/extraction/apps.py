from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "agents.extraction"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Says who carries extractions out."""
        from agents import kinds
        from agents.extraction import work
        from agents.models import Run

        kinds.register(Run.Kind.EXTRACTION, work.Extracting, work.TIME_LIMIT)
