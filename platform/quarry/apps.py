from django.apps import AppConfig
from django.conf import settings


class QuarryConfig(AppConfig):
    name = "quarry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tells the runtime, which knows no Django, where things are and how this process reaches the embedder."""
        from quarry import embedding, runtime

        runtime.configure(
            home=settings.QUARRY_HOME,
            models=settings.QUARRY_MODELS,
            model=settings.QUARRY_MODEL,
            offline=settings.QUARRY_OFFLINE,
            embed_via=None if settings.QUARRY_ROLE == "embed" else embedding.through_worker,
            workers=settings.QUARRY_INFERENCE_WORKERS,
            checkpoint_disk=settings.QUARRY_CHECKPOINT_DISK,
            slots=settings.QUARRY_ANSWERS_AT_ONCE,
        )
