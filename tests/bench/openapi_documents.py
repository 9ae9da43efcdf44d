"""Imports every OpenAPI document of a folder and says what came of it; nothing is downloaded and nothing is called.

python tests/bench/openapi_documents.py FOLDER [--why] [--names]
"""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]


def row(path: Path, why: bool, names: bool) -> str:
    from agents.tools.openapi import operations, servers
    from agents.tools.openapi.document import Document, Unfit

    started = time.process_time()
    try:
        document = Document(path.read_text(encoding="utf-8"))
        server = servers.base(document, "", "https://service.example/openapi.json")
        found = operations.offered(document, server, operations.keys(document))
    except Unfit as error:
        return f"| {path.name} | refused | | | {time.process_time() - started:.1f} | {error} |"
    seconds = time.process_time() - started
    reasons = Counter(found.left_out.values())
    version = document.facts.get("openapi") or document.facts.get("swagger")
    said = "; ".join(f"{count}x {reason}" for reason, count in reasons.most_common(3)) if why else ""
    line = f"| {path.name} | {version} | {len(found.offers)} | {len(found.left_out)} | {seconds:.1f} | {said} |"
    return "\n".join([line, *(f"    {offer.function}: {offer.description}" for offer in found.offers if names)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--why", action="store_true", help="the most frequent reasons for leaving an operation out")
    parser.add_argument("--names", action="store_true", help="every operation with its description")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarry.settings")

    import django

    django.setup()
    print("| document | version | operations | left out | CPU seconds | why |\n|---|---|---|---|---|---|")
    for path in sorted(arguments.folder.iterdir()):
        if path.suffix in (".json", ".yaml", ".yml"):
            print(row(path, arguments.why, arguments.names), flush=True)


if __name__ == "__main__":
    main()
