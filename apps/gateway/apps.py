from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "apps.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Puts the API, plain async views, into the OpenAPI document."""
        from apps.gateway.api import schema
        from apps.gateway.mcp import schema as mcp

        schema.describe()
        mcp.describe()
