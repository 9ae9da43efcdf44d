"""How often a running Quarry answers the sample questions rightly, asked over its HTTP API like any client.

    python -m tests.bench.over_the_api --key qk_... [--url http://127.0.0.1:8000] [--only zh] [--markdown]

An answerable question is right when the answer has every expected fact, cites a document that holds one, and every
quote stands verbatim at its place. An unanswerable one is right when the answer declines and cites nothing.
"""

import argparse
import os
import re
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from ingestion.samples import Question, manifest, questions

ENDED = {"completed", "failed", "cancelled"}
LONGEST = 300.0
DECLINES = re.compile(
    r"could not find|do(es)? not (say|mention|provide|contain|answer)|找不到|沒有(提|找|說|答|相關|資料)|未提", re.I
)


@dataclass
class Result:
    """What came of one question."""

    question: Question
    answer: str
    facts: bool
    cited: bool
    verbatim: bool
    declined: bool
    first: float
    seconds: float

    @property
    def right(self) -> bool:
        if not self.question.answerable:
            return self.declined
        return self.facts and self.cited and self.verbatim


class Asker:
    """A client of one installation, asking within its sample collection."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)
        self.collection = self._sample_collection()
        self.files = {d["id"]: d["filename"] for d in self._all(f"/collections/{self.collection}/documents")}
        self.texts: dict[str, str] = {}

    def ask(self, question: Question) -> Result:
        started = time.monotonic()
        run_id = self._start(question.text)
        first = self._first_token(run_id, started)
        run = self._ended(run_id)
        return self._judged(question, run, first, time.monotonic() - started)

    def _sample_collection(self) -> str:
        name = manifest().name
        found = [each["id"] for each in self._all("/collections") if each["name"] == name]
        if not found:
            raise SystemExit(f"There is no collection {name!r}: `manage.py load_samples --wait` loads it.")
        return str(found[0])

    def _start(self, text: str) -> str:
        conversation = self._post("/conversations", {"collections": [self.collection]})["id"]
        return str(self._post(f"/conversations/{conversation}/messages", {"content": text})["run"]["id"])

    def _first_token(self, run_id: str, started: float) -> float:
        """Seconds until the first token, read from the run's event stream."""
        with self.http.stream("GET", f"/runs/{run_id}/events", timeout=LONGEST) as stream:
            for line in stream.iter_lines():
                if line.startswith("event:") and line.split(":", 1)[1].strip() in {"token", "done", "error"}:
                    return time.monotonic() - started
        return float("nan")

    def _ended(self, run_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + LONGEST
        while (run := self._get(f"/runs/{run_id}"))["status"] not in ENDED and time.monotonic() < deadline:
            time.sleep(0.2)
        return run

    def _judged(self, question: Question, run: dict[str, Any], first: float, seconds: float) -> Result:
        answer, citations = run["answer"] or f"{run['status']}: {run['error']}", run["citations"]
        wanted = {evidence.file for evidence in question.evidence}
        return Result(
            question,
            answer,
            facts=all(re.search(pattern, answer, re.IGNORECASE) for pattern in question.expect),
            cited=any(self.files.get(each["document_id"]) in wanted for each in citations),
            verbatim=all(self._stands(each) for each in citations),
            declined=run["status"] == "completed" and not citations and bool(DECLINES.search(answer)),
            first=first,
            seconds=seconds,
        )

    def _stands(self, citation: dict[str, Any]) -> bool:
        document, place = citation["document_id"], citation["location"]
        if document not in self.texts:
            self.texts[document] = self._get(f"/documents/{document}/text")["text"]
        return bool(citation["quote"]) and self.texts[document][place["start"] : place["end"]] == citation["quote"]

    def _all(self, path: str) -> Iterable[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._get(path, cursor=cursor) if cursor else self._get(path)
            yield from page["results"]
            cursor = page["next"]

    def _get(self, path: str, **parameters: str) -> Any:
        return self.http.get(path, params=parameters).raise_for_status().json()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self.http.post(path, json=body).raise_for_status().json()


def summary(results: list[Result]) -> dict[str, str]:
    """The score, a line for each thing that was counted."""
    able, unable = [r for r in results if r.question.answerable], [r for r in results if not r.question.answerable]
    first = [r.first for r in results if r.first == r.first]
    lines = {
        f"{name}, {language}": f"{sum(r.right for r in group)}/{len(group)}"
        for name, all_ in (("answerable: fact, source and quotes right", able), ("unanswerable: declined", unable))
        for language in ("en", "zh-Hant")
        if (group := [r for r in all_ if r.question.language == language])
    }
    lines["answerable: fact right"] = f"{sum(r.facts for r in able)}/{len(able)}"
    lines["answerable: declined although the documents tell"] = f"{sum(r.declined for r in able)}/{len(able)}"
    lines["all quotes verbatim at their place"] = f"{sum(r.verbatim for r in results)}/{len(results)}"
    if first:
        lines["first token, median"] = f"{statistics.median(first):.1f} s"
        lines["first token, slowest"] = f"{max(first):.1f} s"
        lines["whole answer, median"] = f"{statistics.median(r.seconds for r in results):.1f} s"
    return lines


def report(results: list[Result], markdown: bool) -> str:
    """The summary as a table or as lines."""
    rows = summary(results).items()
    if markdown:
        return "\n".join(["| measured | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    return "\n".join(f"{value:>8}  {name}" for name, value in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.over_the_api", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", default=os.environ.get("KEY", ""), help="an API key; default: $KEY")
    parser.add_argument("--only", default="", help="questions whose id begins so, e.g. zh")
    parser.add_argument("--markdown", action="store_true", help="print the summary as a Markdown table")
    options = parser.parse_args()
    asker, results = Asker(options.url, options.key), []
    for question in (each for each in questions() if each.id.startswith(options.only)):
        results.append(result := asker.ask(question))
        flags = " ".join(name for name in ("facts", "cited", "verbatim", "declined") if getattr(result, name))
        print(
            f"{'ok ' if result.right else 'BAD'} {question.id} {result.first:5.1f} s  [{flags}]  {result.answer!r}",
            flush=True,
        )
    print(report(results, options.markdown))


if __name__ == "__main__":
    main()
