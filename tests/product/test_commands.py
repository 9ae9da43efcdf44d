"""The command line of a running product: put documents in, ask, and hear in words what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.running import REPOSITORY
from tests.fixtures.product import Product
from tests.product.documents import leave_docx, manual_pdf

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two readable documents, one of them in a folder below, and a file that nobody means."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "below").mkdir()
    (folder / "qx-2100.pdf").write_bytes(manual_pdf())
    (folder / "below" / "請假辦法.docx").write_bytes(leave_docx())
    (folder / ".DS_Store").write_bytes(b"nothing")
    return folder


def refused(product: Product, *arguments: str) -> str:
    """What a command says that must fail; never a traceback."""
    command = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
    done = subprocess.run(command, env=product.environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def ingested(product: Product, folder: Path) -> str:
    """What `ingest` said of the folder."""
    return product.manage("ingest", str(folder), "--collection", "Command line")


def test_a_folder_is_read_with_what_lies_below_it(product: Product, ingested: str, folder: Path) -> None:
    assert "qx-2100.pdf: " in ingested
    assert "請假辦法.docx: " in ingested
    assert ".DS_Store" not in ingested
    found = [each for each in product.api.get("/collections").json()["results"] if each["name"] == "Command line"]
    assert [each["documents"] for each in found] == [2]
    again = product.manage("ingest", str(folder / "qx-2100.pdf"), "--collection", "Command line")
    assert "already" in again


def test_an_answer_and_its_citation_on_the_terminal(product: Product, ingested: str) -> None:
    said = product.manage("ask", "Which part number does a worn coupling have?", "--collection", "Command line")
    assert "KP-8814" in said
    assert "[1] qx-2100.pdf, page 2" in said
    assert "“A knocking noise on start-up points to a worn coupling, part number KP-8814.”" in said


def test_what_cannot_be_read_is_said_and_the_rest_is_read(product: Product, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("The lift is inspected every March.")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    said = refused(product, "ingest", str(tmp_path), "--collection", "Half")
    assert "empty.txt: The file is empty." in said
    assert "broken.pdf: " in said
    assert "good.txt: 1 passage\n" in said
    assert "2 of 3 files could not be read." in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ingest", "/nowhere/at/all", "--collection", "Any"], "/nowhere/at/all does not exist."),
        (["ask", "Who?", "--collection", "No such"], "There is no collection 'No such' that this person may read."),
        (["ask", "   "], "There is no question."),
        (["ask", "Who?", "--as", "nobody@example.test"], "There is no active person with the address"),
    ],
)
def test_mistakes_are_answered_in_words(product: Product, arguments: list[str], sentence: str) -> None:
    assert sentence in refused(product, *arguments)
