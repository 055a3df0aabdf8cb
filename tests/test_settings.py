import importlib.util
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from biofeedback.cli import _parser
from biofeedback.configuration import PREFIX
from biofeedback.core.pacing import Pattern
from biofeedback.errors import BadSetting
from biofeedback.settings import ABOUT, Settings, exercise_of, users_folder

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE))


def test_data_goes_to_the_users_own_folder() -> None:
    assert users_folder().name == "biofeedback"
    assert Settings().data == users_folder()


def test_an_exercise_keeps_its_steps_in_another_pattern() -> None:
    exercise = exercise_of("measured_4_6", "5-5")
    assert [step.pattern for step in exercise.steps] == [None, Pattern(5, 5), None]
    assert exercise.duration_s == exercise_of("measured_4_6").duration_s


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"exercise": "sprint"}, "--exercise sprint: there is no exercise 'sprint'"),
        ({"exercise": "trial_exhale", "pattern": "5-5"}, "leave out --pattern"),
        ({"pattern": "fast"}, "--pattern fast: .* looks like 4-6"),
        ({"pattern": "4-0"}, "looks like 4-6"),
        ({"port": 70000}, "--port 70000: choose a number of at least 0, at most 65535"),
        ({"port": -1}, "--port -1"),
        ({"lang": "fr"}, "--lang fr: choose nl or en"),
        ({"strap": "simulated", "speed": 0.0}, "--speed 0.0"),
        ({"strap": "simulated", "speed": float("nan")}, "--speed nan"),
        ({"strap": "simulated", "speed": 1000.0}, "--speed 1000.0"),
        ({"strap": "ble", "speed": 2.0}, "a real heart"),
        ({"speed": 2.0}, "a real heart"),
        ({"retention_days": 0}, "--retention-days 0: choose a number of at least 1$"),
        ({"request_s": float("nan")}, "--request-s nan"),
        ({"tls_cert": Path("a.pem")}, "--tls-cert a.pem: goes with tls_key"),
        ({"tls_key": Path("a.key")}, "--tls-key a.key: goes with tls_cert"),
        ({"tls_cert": Path("a"), "tls_key": Path("b"), "insecure_http": True}, "--insecure-http True"),
        ({"store_url": "mysql://root:secret@db/hrv"}, "postgresql://USER:PASSWORD@HOST/NAME"),
        ({"origins": ("https://a.example/",)}, "--origins https://a.example/: looks like"),
        ({"origins": ("https://A.example",)}, "looks like"),
        ({"origins": ("https://me@a.example",)}, "looks like"),
        ({"origins": ("ws://a.example",)}, "looks like"),
        ({"origins": ("https://a.example:port",)}, "looks like"),
        ({"origins": ("https://",)}, "looks like"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(BadSetting, match=reason) as caught:
        Settings(**settings)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_origins_are_what_browsers_show() -> None:
    origins = ("https://hrv.clinic.example", "http://10.0.0.5:8800", "https://[fd00::5]:8443")
    assert Settings(origins=origins).origins == origins


def test_the_page_of_the_settings_is_made_of_them() -> None:
    spec = importlib.util.spec_from_file_location("docs_settings", DOCS / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    assert program.page() == PAGE, "run: make settings"


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_each_setting_is_documented(setting) -> None:
    row, about = ROWS[setting.name], ABOUT[setting.name]
    assert f"`{PREFIX}{setting.name.upper()}`" in row
    assert about.meaning in row
    assert len(about.meaning) > 15
    if isinstance(setting.default, int | float):
        assert f"`{str(setting.default).lower()}`" in row
    elif setting.default is not MISSING:
        assert f'`"{setting.default}"`' in row or (not setting.default and "| none |" in row)


def test_the_page_documents_nothing_that_is_no_setting() -> None:
    assert list(ROWS) == [setting.name for setting in fields(Settings)]


def test_options_of_serve_are_settings() -> None:
    options = vars(_parser().parse_args(["serve"])).keys() - {"command", "settings", "set"}
    assert options - ABOUT.keys() == set()
    assert {"store_url", "max_viewers"}.isdisjoint(options), "passwords are in files; what is rare is --set"


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_each_setting_is_used(setting) -> None:
    package = DOCS.parent / "biofeedback"
    used = re.compile(rf"settings\.{setting.name}\b")
    assert any(used.search(path.read_text(encoding="utf-8")) for path in package.rglob("*.py"))
