"""How often a running Quarry answers the sample questions rightly, asked over its HTTP API like any client.

    python -m tests.bench.over_the_api --key qk_... [--url http://127.0.0.1:8000] [--only zh] [--markdown]

An answerable question is right when the answer has every expected fact, cites a document that holds one, and every
quote stands verbatim at its place. An unanswerable one is right when the answer declines and cites nothing.
"""

import argparse
import os
import re
import statistics
from dataclasses import dataclass

from ingestion.samples import Question, manifest, questions
from tests.bench.asking import Asked, Client

DECLINES = re.compile(
    r"could not find|do(es)? not (say|mention|provide|contain|answer)|找不到|沒有(提|找|說|答|相關|資料)|未提", re.I
)


@dataclass
class Result:
    """What came of one question."""

    question: Question
    asked: Asked
    facts: bool
    cited: bool
    verbatim: bool
    declined: bool

    @property
    def right(self) -> bool:
        if not self.question.answerable:
            return self.declined
        return self.facts and self.cited and self.verbatim


class Asker:
    """Asks the sample questions within the sample collection."""

    def __init__(self, client: Client) -> None:
        name = manifest().name
        collection = client.collection(name)
        if collection is None:
            raise SystemExit(f"There is no collection {name!r}: `manage.py load_samples --wait` loads it.")
        self.client, self.collection = client, collection
        self.files = {d["id"]: d["filename"] for d in client.all(f"/collections/{collection}/documents")}

    def ask(self, question: Question) -> Result:
        return self._judged(question, self.client.ask(self.collection, question.text))

    def _judged(self, question: Question, asked: Asked) -> Result:
        wanted = {evidence.file for evidence in question.evidence}
        return Result(
            question,
            asked,
            facts=all(re.search(pattern, asked.answer, re.IGNORECASE) for pattern in question.expect),
            cited=any(self.files.get(each["document_id"]) in wanted for each in asked.citations),
            verbatim=all(map(self.client.stands, asked.citations)),
            declined=declined(asked),
        )


def declined(asked: Asked) -> bool:
    """Whether it says that the documents do not answer, and cites nothing."""
    return asked.run["status"] == "completed" and not asked.citations and bool(DECLINES.search(asked.answer))


def summary(results: list[Result]) -> dict[str, str]:
    """The score, a line for each thing that was counted."""
    able, unable = [r for r in results if r.question.answerable], [r for r in results if not r.question.answerable]
    first = [r.asked.first for r in results if r.asked.first == r.asked.first]
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
        lines["whole answer, median"] = f"{statistics.median(r.asked.seconds for r in results):.1f} s"
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
    asker, results = Asker(Client(options.url, options.key)), []
    for question in (each for each in questions() if each.id.startswith(options.only)):
        results.append(result := asker.ask(question))
        flags = " ".join(name for name in ("facts", "cited", "verbatim", "declined") if getattr(result, name))
        print(f"{'ok ' if result.right else 'BAD'} {question.id} {result.asked.first:5.1f} s  [{flags}]", end="  ")
        print(repr(result.asked.answer), flush=True)
    print(report(results, options.markdown))


if __name__ == "__main__":
    main()
