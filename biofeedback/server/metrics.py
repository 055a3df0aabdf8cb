"""How the server does, for Prometheus: counts and durations, nothing of anybody's health and no names."""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from biofeedback.server.clinic import Clinic
from biofeedback.tally import BOUNDS_S, Durations

__all__ = ["Metrics"]

_COUNTERS = {
    "beats": "Beats placed in time.",
    "messages": "Messages encoded for the viewers of a session.",
    "sent": "Messages given to a viewer.",
    "dropped": "Messages that a viewer that was behind was not given; it is told of the gap.",
    "slow_closes": "Viewers let go of because they did not keep up.",
    "refused": "Commands that made no sense at their moment.",
}
_STORE = {
    "waiting": "Inputs that are not on the disk yet.",
    "lag_s": "Age of the oldest input that is not on the disk yet.",
    "asked": "Reads and changes that wait for their turn.",
}
_DURATIONS = {
    "answered": "From a strap's event to the last message that follows from it.",
    "committed": "From the wish to have inputs kept to when they are.",
}


class Metrics(Collector):
    """Reads what was counted, when it is asked."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._registry = CollectorRegistry()
        self._registry.register(self)

    async def answer(self) -> Response:
        """The page for Prometheus."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    def collect(self) -> Iterator[Metric]:
        """Everything, as it is now."""
        yield from self._gauges()
        tally = self._clinic.tally
        for name, meaning in _COUNTERS.items():
            yield CounterMetricFamily(f"biofeedback_{name}", meaning, value=getattr(tally, name))
        yield CounterMetricFamily(
            "biofeedback_pipeline_seconds", "Time spent in the pipeline.", value=tally.pipeline_ns / 1e9
        )
        for name, meaning in _DURATIONS.items():
            yield _histogram(f"biofeedback_{name}_seconds", meaning, getattr(tally, name))

    def _gauges(self) -> Iterator[Metric]:
        """What there is at this moment."""
        sessions = [room.session for room in list(self._clinic.rooms.values())]
        states = [session.status().state for session in sessions]
        by_state = GaugeMetricFamily("biofeedback_sessions", "Sessions, by what they are at.", labels=["state"])
        for state in ("ready", "running", "paused", "finished"):
            by_state.add_metric([state], states.count(state))
        yield by_state
        viewers = [viewer for session in sessions for viewer in session.channel.viewers]
        yield GaugeMetricFamily("biofeedback_viewers", "Viewers that are connected.", value=len(viewers))
        stale = sum(viewer.is_stale for viewer in viewers)
        yield GaugeMetricFamily(
            "biofeedback_viewers_stale", "Viewers of which nothing was heard for 10 s.", value=stale
        )
        unsaved = sum(not session.status().saved for session in sessions)
        yield GaugeMetricFamily("biofeedback_sessions_unsaved", "Sessions that the disk does not take.", value=unsaved)
        for name, meaning in _STORE.items():
            unit = name.replace("_s", "_seconds")
            yield GaugeMetricFamily(f"biofeedback_store_{unit}", meaning, value=getattr(self._clinic.store, name))


def _histogram(name: str, meaning: str, durations: Durations) -> Metric:
    """Durations as Prometheus counts them: up to each bound."""
    bounds = [*(str(bound_s) for bound_s in BOUNDS_S), "+Inf"]
    buckets = list(zip(bounds, accumulate(durations.counts), strict=True))
    return HistogramMetricFamily(name, meaning, buckets=buckets, sum_value=durations.sum_s)
