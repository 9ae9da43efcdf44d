from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "agents.schedules"
    default_auto_field = "django.db.models.BigAutoField"
