from pathlib import Path

import pytest

from biofeedback.errors import InputError
from biofeedback.straps import ble
from biofeedback.straps.ble import BleStrap
from biofeedback.straps.registry import FALL_BACK, make_strap, resolve
from biofeedback.straps.replay import ReplayStrap
from biofeedback.straps.simulated import SimulatedStrap


def test_a_bluetooth_strap_may_have_an_address_with_colons() -> None:
    for word, address in (("ble", None), ("ble:", None), ("ble:AA:BB:CC:DD:EE:FF", "AA:BB:CC:DD:EE:FF")):
        strap = make_strap(word)
        assert isinstance(strap, BleStrap)
        assert strap.address == address


def test_a_simulated_strap_may_have_a_preset_and_a_seed() -> None:
    for word, preset, seed in (
        ("simulated", "responder", 1),
        ("simulated:not_following", "not_following", 1),
        ("simulated:responder:7", "responder", 7),
    ):
        strap = make_strap(word)
        assert isinstance(strap, SimulatedStrap)
        assert (strap.preset.name, strap.seed) == (preset, seed)


def test_a_replayed_strap_has_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a:b.txt"
    path.write_text("".join(f"{800 + k % 7}\n" for k in range(100)))
    strap = make_strap(f"replay:{path}")
    assert isinstance(strap, ReplayStrap)
    assert strap.path == path


@pytest.mark.parametrize(
    "word", ["", "polar", "auto", "simulated:nobody", "simulated:responder:x", "replay:", "replay:none.txt"]
)
def test_a_strap_that_is_not_there_is_refused_in_one_line(word: str) -> None:
    with pytest.raises(InputError) as caught:
        make_strap(word)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("found", "word"), [(True, "ble"), (False, FALL_BACK)])
async def test_auto_is_bluetooth_where_there_is_an_adapter(
    monkeypatch: pytest.MonkeyPatch, found: bool, word: str
) -> None:
    async def has_adapter() -> bool:
        return found

    monkeypatch.setattr(ble, "has_adapter", has_adapter)
    assert await resolve("auto") == word
    assert await resolve("replay:file") == "replay:file"
