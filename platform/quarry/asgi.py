"""The web process's entry: `uvicorn quarry.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application

from quarry.web.body_limit import BodyLimit

application = BodyLimit(
    get_asgi_application(), upload=settings.QUARRY_MAX_UPLOAD, other=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
)
