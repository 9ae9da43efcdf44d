"""SageMaker's protocol: the signature, checked by a server that computes it anew, and AWS's frames."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from quarry.runtime import EngineBusy, InvalidRequest, Params, Request, Tool, ToolCall, Usage, remote
from quarry.runtime.remote import Endpoint, Unanswered, sagemaker
from quarry.runtime.remote.line import Line
from quarry.runtime.remote.sigv4 import Credentials, signed

from .conftest import ask, done, endpoint, text
from .serving import WHOLE, Talk, chunk, serving, sse

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SHAPE = re.compile(r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/us-east-1/sagemaker/aws4_request, (.*)")


def frame(payload: bytes, **headers: str) -> bytes:
    """A frame as AWS describes it."""
    head = b""
    for name, value in headers.items():
        key = f":{name.replace('_', '-')}".encode()
        head += bytes([len(key)]) + key + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return body + struct.pack(">I", zlib.crc32(body))


def part(payload: bytes) -> bytes:
    kind = "application/octet-stream"
    return frame(payload, message_type="event", event_type="PayloadPart", content_type=kind)


def signature_is_right(talk: Talk) -> bool:
    """Computes the signature from what arrived, as the service does."""
    found = SHAPE.fullmatch(talk.headers["authorization"])
    assert found
    names, given = re.fullmatch(r"SignedHeaders=(\S+), Signature=([0-9a-f]{64})", found[2]).groups()  # type: ignore[union-attr]
    assert {"host", "x-amz-date", "content-type"} <= set(names.split(";"))
    canonical = f"{talk.method}\n{talk.path}\n\n"
    canonical += "".join(f"{name}:{talk.headers[name].strip()}\n" for name in names.split(";"))
    canonical += f"\n{names}\n{hashlib.sha256(talk.body).hexdigest()}"
    scope = f"{found[1]}/us-east-1/sagemaker/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + SECRET.encode()
    for each in scope.split("/"):
        key = hmac.digest(key, each.encode(), "sha256")
    expected = hmac.digest(key, f"AWS4-HMAC-SHA256\n{talk.headers['x-amz-date']}\n{scope}\n{digest}".encode(), "sha256")
    return hmac.compare_digest(expected.hex(), given)


class SageMaker:
    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def __call__(self, talk: Talk) -> None:
        age = datetime.now(UTC) - datetime.strptime(talk.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not signature_is_right(talk) or abs(age.total_seconds()) > 300:
            talk.reply(403, {"message": "The request signature we calculated does not match"})
        elif talk.path != "/endpoints/granite-4/invocations-response-stream":
            talk.reply(400, {"message": "Endpoint of account not found."}, {"x-amzn-ErrorType": "ValidationError"})
        else:
            talk.stream("application/vnd.amazon.eventstream", self.pieces)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def at(url: str, **more: Any) -> Endpoint:
    extra = {"region": "us-east-1", "access_key_id": "AKIDEXAMPLE"}
    return endpoint(url, "sagemaker", **{"model": "granite-4", "secret": SECRET, "extra": extra} | more)


def framed(size: int = 40) -> list[bytes]:
    """The container's events, cut anywhere into frames, and these cut anywhere again."""
    return cut(b"".join(map(part, cut(b"".join(sse(*WHOLE)), size))), 33)


@pytest.mark.parametrize("size", [1, 40, 5000])
def test_an_answer_through_frames(size: int) -> None:
    with serving(SageMaker(framed(size))) as served:
        events = list(ask(at(served.url)))
    assert (text(events), done(events).usage) == ("你好", Usage(12, 8, 3))
    assert served.last.json["stream"] is True
    assert "model" not in served.last.json


def test_lines_of_json_and_calls() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "t", "arguments": "{}"}}
    lines = [chunk({"tool_calls": [call]}), chunk({}, "tool_calls")]
    pieces = [part(b"".join(json.dumps(each).encode() + b"\n" for each in lines))]
    with serving(SageMaker(pieces)) as served:
        events = list(ask(at(served.url), tools=[Tool("t", "", {})], params=Params(9, top_k=3)))
    assert events[0] == ToolCall("c", "t", {})
    assert served.last.json["top_k"] == 3


def test_an_inference_component_is_named() -> None:
    extra = {"region": "us-east-1", "access_key_id": "AKIDEXAMPLE", "inference_component": "part"}
    with serving(SageMaker(framed())) as served:
        list(ask(at(served.url, extra=extra)))
    assert served.last.headers["x-amzn-sagemaker-inference-component"] == "part"


@pytest.mark.parametrize(
    ("pieces", "match"),
    [
        ([frame(b'{"Message": "No GPU"}', message_type="exception", exception_type="ModelStreamError")], "No GPU"),
        ([frame(b"", message_type="error", error_code="InternalStreamFailure")], "InternalStreamFailure"),
        ([part(b"x")[:-1] + b"\x00"], "damaged frame"),
        ([b"\x00" * 40], "damaged frame"),
        ([part(b"data: {}\n\n")[:-3]], "in the middle of a frame"),
        ([part(b"data: {}\n\n")], "broke off in the middle of the answer"),
    ],
)
def test_what_goes_wrong_in_frames(pieces: list[bytes], match: str) -> None:
    with serving(SageMaker(pieces)) as served, pytest.raises(Unanswered, match=match):
        list(ask(at(served.url)))


def test_refusals() -> None:
    with serving(SageMaker([])) as served:
        with pytest.raises(Unanswered, match="signature we calculated does not match"):
            list(ask(at(served.url, secret="other")))
        with pytest.raises(Unanswered, match=r'has no model "other".*: Endpoint of account not found'):
            list(ask(at(served.url, model="other")))
        with pytest.raises(InvalidRequest, match="conversations only"):
            remote.generate(at(served.url), Request(prompt="raw"))
        assert sagemaker.models(Line(at(served.url))) is None
    with serving(lambda talk: talk.reply(429, {"message": "busy"})) as served, pytest.raises(EngineBusy):
        list(ask(at(served.url)))


def test_the_usual_address_is_the_regions() -> None:
    assert at("").url == "https://runtime.sagemaker.us-east-1.amazonaws.com"


# AWS's own test suite for the signature (aws-sig-v4-test-suite): get-vanilla, post-vanilla, and others.
CASES: dict[str, tuple[str, str, dict[str, str], bytes, str]] = {
    "get-vanilla": ("GET", "/", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "post-vanilla": ("POST", "/", {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "get-vanilla-query-order-key-case": (
        *("GET", "/?Param2=value2&Param1=value1", {}, b""),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "post-x-www-form-urlencoded": (
        *("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Param1=value1"),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_awss_own_signatures(name: str) -> None:
    method, path, headers, body, expected = CASES[name]
    credentials, moment = Credentials("AKIDEXAMPLE", SECRET), datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    url = f"https://example.amazonaws.com{path}"
    sent = signed(credentials, "us-east-1", "service", method, url, headers, body, moment)
    assert sent["authorization"].endswith(f"Signature={expected}")


def test_frames_of_every_kind_of_header() -> None:
    from quarry.runtime.remote.eventstream import frames

    values = [b"\x00", b"\x01", b"\x02\x05", b"\x03\x00\x05", b"\x04" + bytes(4), b"\x05" + bytes(8)]
    values += [b"\x06\x00\x03abc", b"\x08" + bytes(8), b"\x09" + bytes(16), b"\x07\x00\x02ok"]
    head = b"".join(b"\x01" + bytes([97 + number]) + value for number, value in enumerate(values))
    prelude = struct.pack(">II", 16 + len(head), len(head))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + head
    (found,) = frames([body + struct.pack(">I", zlib.crc32(body))])
    assert found.headers == {"j": "ok"}
