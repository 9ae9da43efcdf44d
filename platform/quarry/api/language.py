"""The language that a request asks for, by `Accept-Language` as the standard has it: English unless it says otherwise.

Django and its libraries say their own sentences in it (a field is required, a password is too short), and
`quarry.api.sentences` says ours.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

# Files are what they are, whatever was asked for.
NEGOTIATED = {"application/json", "application/problem+json", "text/event-stream"}


class ReadersLanguage(MiddlewareMixin):
    """Has a request answered in its language, and the answer say which one that is."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.headers.get("Content-Type", "").partition(";")[0] in NEGOTIATED:
            patch_vary_headers(response, ["Accept-Language"])
            # One that is there already is that of a kept answer.
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        translation.deactivate()
        return response


def asked_for(accept_language: str) -> str:
    """The language of a request that never reaches Django, by its header."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accept_language
    return translation.get_language_from_request(request)
