"""The front end's one HTML page, for every address that is not the API's."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe


@require_safe
@ensure_csrf_cookie
def app(request: HttpRequest, path: str = "") -> HttpResponse:
    """`index.html`; which page it shows is the front end's matter. Files it lacks are not found, not a page."""
    if "." in path.rsplit("/", 1)[-1]:
        raise Http404
    index = settings.FRONTEND_DIST / "index.html"
    if not index.is_file():
        return HttpResponse("The front end is not built yet: run `make run`.", status=503, content_type="text/plain")
    return HttpResponse(index.read_bytes(), headers={"Cache-Control": "no-cache"})
