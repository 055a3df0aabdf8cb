from pathlib import Path

import pytest

from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError
from biofeedback.settings import Settings, data_folder, exercise_of


def test_the_data_folder_is_the_options_else_the_environments_else_the_users(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIOFEEDBACK_DATA", str(tmp_path / "environment"))
    assert data_folder(tmp_path / "option") == tmp_path / "option"
    assert data_folder() == tmp_path / "environment"
    assert Settings().recordings == tmp_path / "environment" / "recordings"
    monkeypatch.delenv("BIOFEEDBACK_DATA")
    assert data_folder().name == "biofeedback"


def test_an_exercise_keeps_its_steps_in_another_pattern() -> None:
    exercise = exercise_of("measured_4_6", "5-5")
    assert [step.pattern for step in exercise.steps] == [None, Pattern(5, 5), None]
    assert exercise.duration_s == exercise_of("measured_4_6").duration_s
    assert Settings(exercise="walk").chosen_exercise.name == "walk"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"exercise": "sprint"}, "no exercise 'sprint'"),
        ({"exercise": "trial_exhale", "pattern": "5-5"}, "leave out --pattern"),
        ({"pattern": "fast"}, "looks like 4-6"),
        ({"pattern": "4-0"}, "looks like 4-6"),
        ({"port": 70000}, "--port 70000"),
        ({"port": -1}, "--port -1"),
        ({"strap": "simulated", "speed": 0.0}, "--speed 0.0"),
        ({"strap": "simulated", "speed": float("nan")}, "--speed nan"),
        ({"strap": "simulated", "speed": 1000.0}, "--speed 1000.0"),
        ({"strap": "ble", "speed": 2.0}, "a real heart"),
        ({"speed": 2.0}, "a real heart"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        Settings(**settings)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
