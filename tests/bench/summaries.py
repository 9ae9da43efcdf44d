"""Summaries at once and part by part: how long they take, and how much of what the model wrote its text carries.

    python -m tests.bench.summaries [--tokens 8000 16000 32000] [--methods whole parts] [--corpora drcd mtrag]

Texts are put together out of DRCD (Traditional Chinese) and MTRAG (English), a chapter an article or passage, until
they have so many tokens; where they lie says QUARRY_BENCH_DATA (see corpora.py). "carried": of the sentences that the
model wrote, those that its text carries by the harness's own check; the others never reach anybody. "quotes": of the
sentences of the finished summary, the words that stand in what they cite; "chapters": how many of them it speaks of.
The context is enlarged to what the longest text needs, which the product itself does not do.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench import corpora
from tests.bench.setup import django_with_services
from tests.bench.tables import table

HEAD = ["text", "way", "s", "read", "written", "carried", "sentences", "of them the model's", "quotes", "chapters"]
ROOM = 2_048  # tokens for what is asked and written


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.summaries", description=__doc__)
    parser.add_argument("--tokens", nargs="+", type=int, default=[8_000, 16_000, 32_000])
    parser.add_argument("--methods", nargs="+", default=["whole", "parts"], choices=["whole", "parts"])
    parser.add_argument("--corpora", nargs="+", default=["drcd", "mtrag"], choices=["drcd", "mtrag"])
    parser.add_argument("--length", default="medium", choices=["short", "medium", "long"])
    chosen = parser.parse_args(arguments)
    if not corpora.folder().is_dir():
        print(f"There are no texts in {corpora.folder()}: QUARRY_BENCH_DATA names their folder.")
        return
    with django_with_services():
        from quarry import runtime
        from quarry.runtime.engine import options

        options.CONTEXT, options.SLOTS = max(chosen.tokens) + ROOM, 1
        print(runtime.load(), flush=True)
        rows = [
            _measured(corpus, tokens, method, chosen.length)
            for corpus in chosen.corpora
            for tokens in chosen.tokens
            for method in chosen.methods
        ]
        print(table(HEAD, rows))


def _measured(corpus: str, tokens: int, method: str, length: str) -> list[str]:
    from agents.loop.words import overlap
    from agents.summaries.lines import bag
    from agents.summaries.models import Part
    from agents.summaries.pipeline import Order, Pipeline, wanted_language
    from agents.summaries.writer import Writer

    text, writer = _text(corpus, tokens), Writer(lambda: False)
    Part.objects.all().delete()
    order = Order("executive", length, wanted_language("auto", [text]), method)
    pipeline, began = Pipeline([text], order, writer, lambda: None), time.perf_counter()
    made = pipeline.run()
    seconds = time.perf_counter() - began
    kept, dropped = pipeline.facts["kept"], pipeline.facts["dropped"]
    shares = [
        overlap(set(bag(line.text)), set().union(*(bag(text.text[o.start : o.end]) for o in line.origins)))
        for line in made.lines
    ]
    spoken = {_chapter(text, origin.start) for line in made.lines for origin in line.origins}
    own = sum(line.support != "extracted" for line in made.lines)
    row = [
        *(f"{corpus} {tokens // 1000}k", made.facts["method"], f"{seconds:.0f}"),
        *(str(writer.usage.get(name, 0)) for name in ("prompt_tokens", "completion_tokens")),
        f"{kept}/{kept + dropped}",
        *(str(len(made.lines)), str(own), f"{sum(shares) / len(shares):.2f}", str(len(spoken))),
    ]
    print(*row, "\n", made.answer, "\n", flush=True)
    return row


def _text(corpus: str, tokens: int) -> Any:
    """A text of so many tokens with its headings."""
    from quarry import runtime

    from agents.summaries.lines import Text

    whole, headings, size = "", list[tuple[int, int, int, str]](), 0
    for title, words in _articles(corpus):
        headings.append((1, len(whole), len(whole) + len(title), title))
        whole += f"{title}\n\n{words}\n\n"
        size += runtime.count_tokens(f"{title}\n\n{words}\n\n")
        if size >= tokens:
            break
    return Text(corpus, whole, "", 0, None, tuple(headings))


def _articles(corpus: str) -> Iterator[tuple[str, str]]:
    if corpus == "drcd":
        articles = json.loads((corpora.folder() / "drcd-dev.json").read_text("utf-8"))["data"]
        yield from ((each["title"], "\n\n".join(p["context"] for p in each["paragraphs"])) for each in articles)
        return
    for number, passage in enumerate(corpora.mtrag(False).passages, start=1):
        yield f"Chapter {number}", passage


def _chapter(text: Any, start: int) -> int:
    return max((place for _, place, _, _ in text.headings if place <= start), default=0)


if __name__ == "__main__":
    main(sys.argv[1:])
