"""The texts that the retrieval benchmark searches: DRCD (Traditional Chinese) and a part of MTRAG (English).

`QUARRY_BENCH_DATA` names the folder that holds them; where they are missing, the benchmark says so and ends."""

import csv
import hashlib
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = int(os.environ.get("QUARRY_BENCH_SAMPLE", "500"))


@dataclass(frozen=True)
class Corpus:
    """Passages, questions, and for each question the numbers of the passages that answer it."""

    name: str
    passages: list[str]
    questions: list[str]
    answers: list[set[int]]


def folder() -> Path:
    return Path(os.environ.get("QUARRY_BENCH_DATA") or REPOSITORY.parent / "shared" / "data")


def drcd(sample: int = SAMPLE) -> Corpus:
    """One question a paragraph."""
    articles = json.loads((folder() / "drcd-dev.json").read_text("utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]][:sample]
    questions = [paragraph["qas"][0]["question"] for paragraph in paragraphs]
    answers = [{number} for number in range(len(paragraphs))]
    return Corpus("DRCD (Chinese)", [paragraph["context"] for paragraph in paragraphs], questions, answers)


def mtrag(rewritten: bool, sample: int = SAMPLE) -> Corpus:
    """The last turn of each conversation, as it was asked or as annotators rewrote it to stand alone."""
    lines = (folder() / "mtrag-mini" / "passages.jsonl").read_text("utf-8").splitlines()
    passages = [json.loads(line) for line in lines]
    number = {passage["id"]: place for place, passage in enumerate(passages)}
    relevant: dict[str, set[int]] = defaultdict(set)
    with (folder() / "mtrag-mini" / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            relevant[row["query-id"]].add(number[row["corpus-id"]])
    lines = (folder() / "mtrag-mini" / "queries.jsonl").read_text("utf-8").splitlines()
    asked = [query for query in map(json.loads, lines) if query["id"] in relevant][:sample]
    questions = [(query["rewrite"] if rewritten else "") or query["question"] for query in asked]
    name = f"MTRAG part (English), {'rewritten' if rewritten else 'last turn'}"
    return Corpus(name, [passage["text"] for passage in passages], questions, [relevant[q["id"]] for q in asked])


def references(sample: int = SAMPLE) -> list[tuple[list[str], str]]:
    """Of questions that can be answered the passages to answer them from, and what the annotators of MTRAG answered."""
    corpus = mtrag(False, sys.maxsize)
    lines = (folder() / "mtrag-mini" / "queries.jsonl").read_text("utf-8").splitlines()
    asked = {query["question"]: query for query in map(json.loads, lines) if query["answerability"] == "ANSWERABLE"}
    pairs = zip(corpus.questions, corpus.answers, strict=True)
    found = [
        ([corpus.passages[number] for number in sorted(numbers)], asked[question]["reference_answer"])
        for question, numbers in pairs
        if question in asked
    ]
    return found[:sample]


def paragraphs(sample: int = SAMPLE) -> list[tuple[str, list[tuple[str, str]]]]:
    """Paragraphs of DRCD, each with its questions and their answers."""
    articles = json.loads((folder() / "drcd-dev.json").read_text("utf-8"))["data"]
    every = [paragraph for article in articles for paragraph in article["paragraphs"]][:sample]
    return [(each["context"], [(qa["question"], qa["answers"][0]["text"]) for qa in each["qas"]]) for each in every]


def vectors(texts: Sequence[str], kind: str) -> np.ndarray:
    """The texts' vectors by the installed model, kept in the temporary folder for the next run."""
    from quarry import runtime

    space, _ = runtime.embedding_space()
    key = hashlib.sha256("\0".join([space, kind, *texts]).encode()).hexdigest()[:32]
    kept = Path(tempfile.gettempdir()) / "quarry-bench-vectors" / f"{key}.npy"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        np.save(kept, runtime.embed(list(texts), kind))  # type: ignore[arg-type]
    return np.load(kept)
