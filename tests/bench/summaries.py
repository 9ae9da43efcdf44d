"""Summaries at once and part by part: how long they take, and how much of what the model wrote its text carries.

    python -m tests.bench.summaries [--model h-350m] [--tokens 8000 16000 32000] [--methods whole parts]
                                    [--corpora drcd mtrag] [--length short] [--answers]

Texts are put together out of DRCD (Traditional Chinese) and MTRAG (English), a chapter an article or passage, until
they have so many tokens; where they lie says QUARRY_BENCH_DATA (see corpora.py). Without `--model` the installed
model writes; a size of Granite has random weights (see models.py): its times are those of the real one, what it
writes is nonsense. The context is enlarged to what the longest text needs, which the product itself does not do;
where it does not fit into what the model was made for, the text is read part by part, and the row says so.

"core s": seconds of processor time, of all cores together; other work on the machine lengthens "s" alone.
"carried": of the sentences that the model wrote, those that its text carries by the harness's own check; the others
never reach anybody. "quotes": of the sentences of the finished summary, the words that stand in what they cite;
"chapters": how many of them it speaks of.
"""

import argparse
import json
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench import corpora, models
from tests.bench.setup import django_with_services
from tests.bench.tables import table

HEAD = [
    *("text", "way", "s", "core s", "read", "written"),
    *("carried", "sentences", "of them the model's", "quotes", "chapters"),
]
ROOM = 2_048  # tokens for what is asked and written


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.summaries", description=__doc__)
    parser.add_argument("--model", choices=[*models.FEED_FORWARD], help="a size of Granite, with random weights")
    parser.add_argument("--tokens", nargs="+", type=int, default=[8_000, 16_000, 32_000])
    parser.add_argument("--methods", nargs="+", default=["whole", "parts"], choices=["whole", "parts"])
    parser.add_argument("--corpora", nargs="+", default=["drcd", "mtrag"], choices=["drcd", "mtrag"])
    parser.add_argument("--length", default="medium", choices=["short", "medium", "long"])
    parser.add_argument("--answers", action="store_true", help="print each summary")
    chosen = parser.parse_args(arguments)
    if not corpora.folder().is_dir():
        print(f"There are no texts in {corpora.folder()}: QUARRY_BENCH_DATA names their folder.")
        return
    with django_with_services(), _model(chosen.model, max(chosen.tokens) + ROOM):
        rows = [
            _measured(corpus, tokens, method, chosen)
            for corpus in chosen.corpora
            for tokens in chosen.tokens
            for method in chosen.methods
        ]
        print(table(HEAD, rows))


@contextmanager
def _model(size: str | None, context: int) -> Iterator[None]:
    """The model, loaded with room for one answer behind so many tokens."""
    from quarry import runtime
    from quarry.runtime import settings
    from quarry.runtime.engine import options

    options.CONTEXT = context
    current = replace(settings.current(), slots=1, offline=True)
    with TemporaryDirectory(prefix="quarry-bench-") as folder:
        if size:
            current = replace(current, models=_store(size, Path(folder)), model=f"granite-4.0-{size}")
        settings.configure(current)
        print(runtime.load(), flush=True)
        yield
        runtime.unload()


def _store(size: str, folder: Path) -> Path:
    """A folder of models in which the file with random weights stands for the published one."""
    from quarry.runtime import catalogue, settings
    from quarry.runtime.store import Store, digest

    (folder / "embedding").symlink_to(settings.current().models / "embedding")
    store, model = Store(folder), catalogue.find(f"granite-4.0-{size}")
    path = store.path(model)
    path.parent.mkdir(parents=True)
    shutil.copyfile(models.granite(size), path)
    store.record(model, {model.file_name: digest(path)}, "random weights", "1")
    return folder


def _measured(corpus: str, tokens: int, method: str, chosen: argparse.Namespace) -> list[str]:
    from agents.loop.words import overlap
    from agents.summaries.lines import bag
    from agents.summaries.models import Part
    from agents.summaries.pipeline import Order, Pipeline, wanted_language
    from agents.summaries.writer import Writer

    text, writer = _text(corpus, tokens), Writer(lambda: False)
    Part.objects.all().delete()
    order = Order("executive", chosen.length, wanted_language("auto", [text]), method)
    pipeline, began, worked = Pipeline([text], order, writer, lambda: None), time.perf_counter(), _worked()
    made = pipeline.run()
    seconds, worked = time.perf_counter() - began, _worked() - worked
    kept, dropped = pipeline.facts["kept"], pipeline.facts["dropped"]
    shares = [
        overlap(set(bag(line.text)), set().union(*(bag(text.text[o.start : o.end]) for o in line.origins)))
        for line in made.lines
    ]
    spoken = {_chapter(text, origin.start) for line in made.lines for origin in line.origins}
    own = sum(line.support != "extracted" for line in made.lines)
    row = [
        *(f"{corpus} {tokens / 1000:g}k", made.facts["method"], f"{seconds:.0f}", f"{worked:.0f}"),
        *(str(writer.usage.get(name, 0)) for name in ("prompt_tokens", "completion_tokens")),
        f"{kept}/{kept + dropped}",
        *(str(len(made.lines)), str(own), f"{sum(shares) / len(shares):.2f}", str(len(spoken))),
    ]
    print(*row, *(["\n", made.answer, "\n"] if chosen.answers else []), flush=True)
    return row


def _worked() -> float:
    """Seconds of processor time of this process, on all cores."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _text(corpus: str, tokens: int) -> Any:
    """A text of so many tokens with its headings."""
    from quarry import runtime

    from agents.summaries.lines import Text

    whole, headings, size = "", list[tuple[int, int, int, str]](), 0
    for title, words in _paragraphs(corpus):
        if title:
            headings.append((1, len(whole), len(whole) + len(title), title))
            whole += f"{title}\n\n"
        whole += f"{words}\n\n"
        size += runtime.count_tokens(f"{title}\n\n{words}\n\n")
        if size >= tokens:
            break
    return Text(corpus, whole, "", 0, None, tuple(headings))


def _paragraphs(corpus: str) -> Iterator[tuple[str, str]]:
    """Each with the heading that it begins a chapter under, or none."""
    if corpus == "drcd":
        for article in json.loads((corpora.folder() / "drcd-dev.json").read_text("utf-8"))["data"]:
            for place, paragraph in enumerate(article["paragraphs"]):
                yield ("" if place else article["title"]), paragraph["context"]
        return
    for number, passage in enumerate(corpora.mtrag(False).passages, start=1):
        yield f"Chapter {number}", passage


def _chapter(text: Any, start: int) -> int:
    return max((place for _, place, _, _ in text.headings if place <= start), default=0)


if __name__ == "__main__":
    main(sys.argv[1:])
