"""The web process's entry: `uvicorn quarry.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

from quarry.web.body_limit import BodyLimit
from quarry.web.doors import Doors

django = get_asgi_application()  # first: it loads the applications, of which the others are parts
doors = {path: import_string(name) for path, name in settings.ASGI_DOORS.items()}
application = BodyLimit(
    Doors(django, doors), upload=settings.QUARRY_MAX_UPLOAD, other=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
)
