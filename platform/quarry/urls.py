"""Every address of the product. Each app lists its own API in `api/urls.py`."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from quarry.web import health, pages, system

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/system", system.SystemView.as_view()),
    path("api/v1/", include("apps.accounts.api.urls")),
    path("api/v1/", include("apps.audit.api.urls")),
    path("api/v1/", include("apps.library.api.urls")),
    path("api/v1/", include("apps.endpoints.api.urls")),
    path("api/v1/", include("apps.tickets.api.urls")),
    path("api/v1/", include("apps.knowledge.api.urls")),
    path("api/v1/", include("agents.api.urls")),
    path("api/v1/", include("agents.tools.api.urls")),
    path("api/v1/", include("agents.approvals.api.urls")),
    path("api/v1/", include("agents.tools.mcp.api.urls")),
    path("api/v1/", include("agents.assistants.api.urls")),
    path("api/v1/", include("agents.schedules.api.urls")),
    path("api/v1/", include("agents.summaries.api.urls")),
    path("api/v1/", include("agents.extraction.api.urls")),
    path("api/v1/", include("apps.chat.api.urls")),
    path("api/v1/", include("apps.evaluation.api.urls")),
    path("v1/", include("apps.gateway.api.urls")),
    path("_allauth/", include("apps.accounts.api.sign_in")),
    re_path(r"^(?!api/|v1/|_allauth/|static/|assets/|mcp$|\.well-known/)(?P<path>.*)$", pages.app),
]
handler400 = "quarry.api.problem.bad_request"
handler403 = "quarry.api.problem.forbidden"
handler404 = "quarry.api.problem.page_not_found"
handler500 = "quarry.api.problem.server_error"
