"""How the machine is shared between the processes."""

import pytest
from quarry.embedded import children


@pytest.mark.parametrize(("workers", "cores", "threads"), [("1", 4, 4), ("2", 4, 2), ("3", 4, 1), ("0", 4, 4)])
def test_inference_workers_share_the_cores(
    workers: str, cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARRY_INFERENCE_WORKERS", workers)
    roles = children.inference(cores)
    assert len(roles) == max(1, int(workers))
    assert len({role.name for role in roles}) == len(roles), "each has a log of its own"
    assert {(role.kind, role.threads) for role in roles} == {("inference", threads)}
