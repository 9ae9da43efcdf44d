from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "apps.endpoints"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tells the runtime, which knows no database, of the remote models."""
        from quarry import runtime

        from apps.endpoints import selectors

        runtime.offer(selectors.offered, selectors.order)
