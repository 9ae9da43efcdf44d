from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "apps.tickets"
    default_auto_field = "django.db.models.BigAutoField"
