"""What tests need otherwise: quick password hashes, no rate limits across tests."""

from quarry.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
CELERY_TASK_STORE_EAGER_RESULT = False
