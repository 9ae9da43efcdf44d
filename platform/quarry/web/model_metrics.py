"""What the inference workers say of their models, for Prometheus.

The hit rate of the prefix cache is

    rate(quarry_model_cached_tokens_total[5m])
      / (rate(quarry_model_cached_tokens_total[5m]) + rate(quarry_model_prompt_tokens_total[5m]))

Counters begin anew with each worker process, as Prometheus expects.
"""

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from quarry.workers import Worker

LABELS = ("model", "worker")
COUNTERS = {
    "jobs": "Requests that have ended",
    "failures": "Requests that failed",
    "prompt_tokens": "Prompt tokens that were read",
    "cached_tokens": "Prompt tokens that were taken from earlier requests instead",
    "completion_tokens": "Tokens that were written",
    "busy_seconds": "Seconds of computing",
    "hits": "Prompts whose beginning was found in a checkpoint",
    "misses": "Prompts for which no checkpoint was of use",
}
GAUGES = {
    "busy": "Requests waiting or under way",
    "checkpoints": "States of prompts that are kept",
    "checkpoint_bytes": "Memory that they take",
}


class ModelMetrics(Collector):
    """The figures of each loaded model of each worker."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._models = [(model, f"{worker.host}:{worker.pid}") for worker in workers for model in worker.models]

    def collect(self) -> Iterator[Metric]:
        for name, text in COUNTERS.items():
            yield self._filled(CounterMetricFamily(f"quarry_model_{name}", text, labels=LABELS), name)
        for name, text in GAUGES.items():
            yield self._filled(GaugeMetricFamily(f"quarry_model_{name}", text, labels=LABELS), name)

    def _filled(self, family: CounterMetricFamily | GaugeMetricFamily, name: str) -> Metric:
        for model, worker in self._models:
            family.add_metric((model["id"], worker), model["stats"][name])
        return family
