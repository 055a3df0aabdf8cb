"""Where the sensors of a session sat, as they say themselves: elsewhere than on the chest there are no RR intervals."""

from biofeedback.core.choices import SensorPlace
from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.heart_rate import decode_place
from biofeedback.lang import Words
from biofeedback.report.source import Source

__all__ = ["sensor_places", "sensor_sentences"]


def sensor_places(source: Source) -> tuple[SensorPlace, ...]:
    """Each place once, in the order in which it was told; none where no sensor says."""
    told = (
        decode_place(event.value)
        for event in source.events
        if isinstance(event, Notification) and event.characteristic is Characteristic.BODY_LOCATION
    )
    return tuple(dict.fromkeys(place for place in told if place is not None))


def sensor_sentences(source: Source, words: Words) -> tuple[str, ...]:
    """What to know of a sensor that sat elsewhere than on the chest."""
    elsewhere = [place for place in sensor_places(source) if place is not SensorPlace.CHEST]
    return tuple(words("sensor.not_chest", place=words(f"sensor.{place}")) for place in elsewhere)
