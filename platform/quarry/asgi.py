"""The web process's entry: `uvicorn quarry.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
