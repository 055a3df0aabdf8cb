"""The doctor beside a fake org.bluez."""

from pathlib import Path

import pytest
from fake_bluez import FakeBluez

from biofeedback import doctor
from biofeedback.doctor import State
from biofeedback.doctor.bluetooth import reaches_bus
from biofeedback.settings import Settings

pytestmark = pytest.mark.bus


async def test_an_adapter_that_is_on_is_well(bluez: FakeBluez, tmp_path: Path) -> None:
    assert await reaches_bus()
    found = {check.name: check for check in await doctor.checks(Settings(data=tmp_path))}
    assert {found[f"doctor.{name}"].state for name in ("bus", "adapter", "permission")} == {State.OK}


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("org.freedesktop.DBus.Error.AccessDenied", "doctor.permission.denied.linux"),
        ("org.freedesktop.DBus.Error.ServiceUnknown", "doctor.adapter.no_service"),
    ],
)
async def test_what_bluez_answers_is_told(bluez: FakeBluez, tmp_path: Path, error: str, name: str) -> None:
    bluez.fail("GetManagedObjects", error)
    found = {check.finding.key: check for check in await doctor.checks(Settings(data=tmp_path))}
    assert found[name].state is State.FAIL
