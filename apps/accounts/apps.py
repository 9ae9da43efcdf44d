from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.accounts import signals  # noqa: F401  connects the receivers
        from apps.accounts.api import schema  # noqa: F401  tells drf-spectacular of the key
