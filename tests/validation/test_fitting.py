"""The simulator's noise is that of the real people it was fitted to."""

import numpy as np
import pytest

from biofeedback.straps.presets import Follows, Traits
from biofeedback.straps.respiration import WANDER_BREATHS
from tests.validation import real
from tests.validation.classes import CLASSES
from tests.validation.fitting import fit_breaths, fit_twin, fitted_spans, main
from tests.validation.spectra import band_densities, simulated_windows

pytestmark = pytest.mark.whole

needs_recordings = pytest.mark.skipif(
    real.read_rr_ms("rest") is None, reason="needs the real recordings in ../shared/data"
)
WITHIN = 0.15  # of the value: forty twins of five minutes leave about a tenth to chance
SLOPE_WITHIN = 0.3


@needs_recordings
@pytest.mark.parametrize(
    ("traits", "names"),
    [(Traits(), ("rest", "watch")), (CLASSES["free_real_like"].traits, ("rest", "watch", "nn_1h"))],
)
def test_the_spans_of_traits_are_those_of_the_people(traits: Traits, names: tuple[str, ...]) -> None:
    spans = fitted_spans({name: fit_twin(name) for name in names})
    assert traits.vlf_sd_bpm == pytest.approx(spans["vlf_sd_bpm"], rel=WITHIN)
    assert traits.vlf_slope == pytest.approx(spans["vlf_slope"], abs=SLOPE_WITHIN)
    assert traits.noise_sd_bpm == pytest.approx(spans["noise_sd_bpm"], rel=WITHIN)


@needs_recordings
def test_a_twin_has_the_level_and_the_floor_of_its_person() -> None:
    for name in ("rest", "watch", "nn_1h"):
        twin = fit_twin(name)
        for band in ("slow_bpm2_hz", "breath_bpm2_hz", "floor_bpm2_hz"):
            assert twin.simulated[band] == pytest.approx(twin.real[band], rel=WITHIN), (name, band)


@needs_recordings
def test_free_breaths_are_as_irregular_as_those_that_were_measured() -> None:
    breaths = fit_breaths()
    assert Traits().breathing_jitter_fraction == pytest.approx(breaths.breathing_jitter_fraction, rel=WITHIN)
    assert Traits().breathing_wander_fraction == pytest.approx(breaths.breathing_wander_fraction, rel=WITHIN)
    assert Traits().tidal_jitter_fraction == pytest.approx(breaths.tidal_jitter_fraction, rel=WITHIN)
    assert pytest.approx(breaths.wander_breaths, rel=WITHIN) == WANDER_BREATHS


@needs_recordings
def test_the_fit_is_printed_beside_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    assert f"taken {Traits().vlf_sd_bpm}" in printed
    assert "nn_1h    VLF SD" in printed


@pytest.mark.parametrize(("slope", "least", "most"), [(0.0, 0.8, 2.5), (1.0, 2.5, 6.0), (2.0, 6.0, 30.0)])
def test_the_wandering_falls_as_steeply_as_it_is_told(slope: float, least: float, most: float) -> None:
    traits = Traits(
        follows=Follows.NOTHING, settling_bpm=0.0, rsa_bpm=(0.0, 0.0), mayer_sd_bpm=(0.0, 0.0),
        vlf_sd_bpm=(3.0, 3.0), vlf_slope=(slope, slope), noise_sd_bpm=(0.0, 0.0),
    )  # fmt: skip
    found = [band_densities(mid_s, rr_ms) for mid_s, rr_ms in simulated_windows(traits, 20)]
    slow, less = (np.mean([one[name] for one in found]) for name in ("slow_bpm2_hz", "less_slow_bpm2_hz"))
    assert least < slow / less < most
