"""Embedding with a real, tiny sentence-transformers model, served by the hub on this machine."""

import json
from pathlib import Path

import numpy as np
import pytest
from quarry import runtime
from quarry.runtime import InvalidRequest, ModelUnavailable, budget, policy, settings
from quarry.runtime.embedding import space
from quarry.runtime.faults import ModelRefused
from quarry.runtime.store import Store, digest

from .hub_server import Hub

REPOSITORY = "ibm-granite/granite-embedding-97m-multilingual-r2"
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "leave",
    "days",
    "parking",
    "barrier",
    "code",
    "特",
    "休",
    "假",
    "how",
    "many",
]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights, saved as every embedding model is."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-embedder")
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    shape = {"hidden_size": 384, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(WORDS), **shape)).save_pretrained(folder / "raw")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "raw")
    word = modules.Transformer(str(folder / "raw"))
    SentenceTransformer(modules=[word, modules.Pooling(384)], device="cpu").save(str(folder / "saved"))
    return folder / "saved"


@pytest.fixture
def embedding_hub(hub_here: Hub, tiny_folder: Path) -> Hub:
    for path in tiny_folder.rglob("*"):
        if path.is_file():
            hub_here.files[f"{REPOSITORY}/{path.relative_to(tiny_folder).as_posix()}"] = path.read_bytes()
    return hub_here


@pytest.fixture
def chosen(store: Store, embedding_hub: Hub, tmp_path: Path):
    before = settings.current()
    runtime.configure(tmp_path, store.root)
    space.choose(store, offline=False)
    yield store
    settings.configure(before)


def test_granite_is_chosen_where_the_hub_is(chosen: Store) -> None:
    name, dimension = runtime.embedding_space()
    assert name.startswith("granite-embedding-97m-multilingual-r2@")
    assert dimension == 384


def test_unit_vectors_in_the_order_of_the_texts(chosen: Store) -> None:
    texts = ["how many days leave", "parking", "特休假", "barrier code " * 50]
    vectors = runtime.embed(texts, "passage")
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(runtime.embed([text], "passage")[0], vector, atol=1e-4)
    assert runtime.embed([], "query").shape == (0, 384)


def test_what_cannot_be_embedded(chosen: Store) -> None:
    with pytest.raises(InvalidRequest, match="list of texts"):
        runtime.embed("a text", "query")
    with pytest.raises(InvalidRequest, match="query"):
        runtime.embed(["a"], "something")  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match='not into "another@1"'):
        runtime.embed(["a"], "query", space="another@1")


def test_an_installation_keeps_its_space(chosen: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = runtime.embedding_space()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert space.choose(chosen, offline=True).id == "granite-embedding-97m-multilingual-r2"
    assert runtime.embedding_space() == before


def test_a_tampered_embedding_model_is_not_loaded(chosen: Store) -> None:
    weights = next(chosen.root.rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelUnavailable, match="is not the file it should be"):
        runtime.embed(["a"], "query")


def test_before_set_up(store: Store, tmp_path: Path) -> None:
    before = settings.current()
    runtime.configure(tmp_path, store.root)
    with pytest.raises(ModelUnavailable, match="No embedding model is set up"):
        runtime.embedding_space()
    settings.configure(before)


def test_a_reranker_is_used_where_one_is_installed(chosen: Store, tiny_folder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = chosen.root / "reranker" / "tiny"
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(WORDS), num_labels=1, **shape)
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_folder).save_pretrained(folder)
    files = {p.name: {"sha256": digest(p), "size": p.stat().st_size} for p in folder.iterdir()}
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    scores = runtime.rerank("how many days", ["leave days", "parking"])
    assert scores
    assert len(scores) == 2
    assert runtime.rerank("question", []) == []
    budget.models.drop("reranker")
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelRefused, match="not the file it should be"):
        runtime.rerank("question", ["passage"])


def test_a_reranker_without_the_signature_that_the_policy_asks_for_is_refused(chosen: Store, tmp_path: Path) -> None:
    folder = chosen.root / "reranker" / "tiny"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    files = {"config.json": {"sha256": digest(folder / "config.json"), "size": 2}}
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    policy.save(policy.Policy(require_signature=True))
    with pytest.raises(ModelRefused, match="signature"):
        runtime.rerank("question", ["passage"])
