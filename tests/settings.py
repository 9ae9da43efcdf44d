"""What tests need otherwise: a data folder of their own, quick password hashes, no rate limits across tests."""

from quarry.embedded.testing import use_temporary_home

use_temporary_home()

from quarry.settings.base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
ACCOUNT_RATE_LIMITS = False  # an empty mapping would mean allauth's own limits
