"""Log files keep to their size while their writers go on."""

from pathlib import Path

from quarry.embedded import logs


def test_a_large_log_is_moved_away_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(5):
            writer.write(f"{number} ".encode() * 10)
            logs.rotate(tmp_path, limit=10)
            assert log.read_bytes() == b""
        writer.write(b"on")
    assert log.read_bytes() == b"on"
    kept = {path.name: path.read_text()[0] for path in tmp_path.glob("web.log.*")}
    assert kept == {"web.log.1": "4", "web.log.2": "3", "web.log.3": "2"}
