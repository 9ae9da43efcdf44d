"""`Idempotency-Key` on every POST: a repeated request gets the first one's answer and does nothing again.

Follows draft-ietf-httpapi-idempotency-key-header: the same key while the first request still runs is 409, with
another body 422. Answers are kept for a day in Valkey, encrypted with the caller's own credential, since some hold a
new key or password that is shown just once. Answers that a repeat might change (sign-in, rate limit, faults of ours)
are not kept.
"""

import base64
import hashlib
import json

from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_language

from quarry import valkey
from quarry.api.problem import Problem, respond

KEEP_SECONDS = 24 * 3600
PENDING_SECONDS = 600
PENDING = b"pending"
NOT_KEPT = {401, 403, 408, 409, 429}


class Idempotency(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or not key or not request.path.startswith(("/api/", "/v1/")):
            return None
        if len(key) > 255:
            return respond(Problem(400, "Idempotency-Key: at most 255 characters."))
        name, print_ = _name(request, key), _fingerprint(request)
        if valkey.client().set(name, PENDING, nx=True, ex=PENDING_SECONDS):
            request.META["quarry.idempotency"] = (name, print_)
            return None
        kept = valkey.client().get(name)
        return _answer(request, kept if isinstance(kept, bytes) else None, print_)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        held = request.META.pop("quarry.idempotency", None)
        if held is None:
            return response
        name, print_ = held
        if response.status_code >= 500 or response.status_code in NOT_KEPT or response.streaming:
            valkey.client().delete(name)
        else:
            valkey.client().set(name, _cipher(request).encrypt(_pack(response, print_)), ex=KEEP_SECONDS)
        return response


def _name(request: HttpRequest, key: str) -> str:
    """Keys of different people and paths never meet."""
    return "idempotency:" + _digest(request, "name", request.path, key).hex()


def _cipher(request: HttpRequest) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_digest(request, "cipher")))


def _digest(request: HttpRequest, *parts: str) -> bytes:
    """Of what does not lie in Valkey: this installation's secret and the caller's credential."""
    credential = request.headers.get("Authorization") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256("\0".join([settings.SECRET_KEY, credential, *parts]).encode()).digest()


def _fingerprint(request: HttpRequest) -> str:
    """Of a JSON body its digest; an upload is not read into memory for this, its length stands for it."""
    if request.content_type == "application/json":
        return hashlib.sha256(request.body).hexdigest()
    return request.headers.get("Content-Length", "")


def _answer(request: HttpRequest, kept: bytes | None, print_: str) -> HttpResponse | None:
    if kept is None:
        return None
    if kept == PENDING:
        return respond(Problem(409, "The first request with this Idempotency-Key is still running.", retry_after=1))
    packed = json.loads(_cipher(request).decrypt(kept))
    if packed["fingerprint"] != print_:
        return respond(Problem(422, "This Idempotency-Key was used with another request body."))
    response = HttpResponse(base64.b64decode(packed["body"]), status=packed["status"], content_type=packed["type"])
    response["Idempotency-Replayed"] = "true"
    response["Content-Language"] = packed["language"]
    return response


def _pack(response: HttpResponse, print_: str) -> bytes:
    packed = {
        "status": response.status_code,
        "type": response.headers.get("Content-Type", ""),
        "language": get_language() or settings.LANGUAGE_CODE,
        "body": base64.b64encode(response.content).decode(),
        "fingerprint": print_,
    }
    return json.dumps(packed).encode()
