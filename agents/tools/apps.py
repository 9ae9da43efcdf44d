from django.apps import AppConfig


class ToolsConfig(AppConfig):
    name = "agents.tools"
    default_auto_field = "django.db.models.BigAutoField"
