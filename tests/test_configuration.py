"""Settings of a file, the environment and the command line: which one counts, and what is said of mistakes."""

from pathlib import Path

import pytest

from biofeedback.cli import main
from biofeedback.configuration import read_settings
from biofeedback.errors import InputError
from biofeedback.settings import LogFormat, users_folder


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_command_line_goes_before_the_environment_before_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings({}).port == 8800
    file = write(tmp_path / "a.toml", "port = 1")
    assert read_settings({}, file).port == 1
    monkeypatch.setenv("BIOFEEDBACK_PORT", "2")
    assert read_settings({}, file).port == 2
    assert read_settings({"port": "3"}, file).port == 3
    assert read_settings({"port": "3", "set": ["port=4"]}, file).port == 4
    assert read_settings({"port": None, "set": None}, file).port == 2


def test_the_file_is_the_named_one_else_that_of_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "data" / "settings.toml", "port = 1")
    write(tmp_path / "variable.toml", "port = 2", 'data = "there"')
    write(tmp_path / "option.toml", "port = 3")
    assert read_settings({"data": str(tmp_path / "data")}).port == 1
    monkeypatch.setenv("BIOFEEDBACK_DATA", str(tmp_path / "data"))
    assert read_settings({}).port == 1
    monkeypatch.setenv("BIOFEEDBACK_SETTINGS", str(tmp_path / "variable.toml"))
    assert read_settings({}).port == 2
    assert read_settings({}, str(tmp_path / "option.toml")).port == 3
    monkeypatch.delenv("BIOFEEDBACK_DATA")
    assert read_settings({}).data == tmp_path / "there"
    monkeypatch.delenv("BIOFEEDBACK_SETTINGS")
    assert read_settings({}).data == users_folder()
    write(users_folder() / "settings.toml", "port = 4")
    assert read_settings({}).port == 4


def test_each_kind_of_value_is_read_from_a_file(tmp_path: Path) -> None:
    file = write(
        tmp_path / "settings.toml",
        'tls_cert = "server.pem"',
        'tls_key = "/etc/server.key"',
        "request_s = 7",
        "header_s = 2.5",
        'origins = ["https://a.example", "https://b.example"]',
        'log_format = "json"',
        "retention_days = 30",
        'lang = "nl"',
    )
    settings = read_settings({}, file)
    assert (settings.tls_cert, settings.tls_key) == (tmp_path / "server.pem", Path("/etc/server.key"))
    assert (settings.request_s, settings.header_s, settings.retention_days) == (7.0, 2.5, 30)
    assert settings.origins == ("https://a.example", "https://b.example")
    assert (settings.log_format, settings.lang) == (LogFormat.JSON, "nl")


def test_each_kind_of_value_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "DATA": "~/here",
        "ORIGINS": "https://a.example, https://b.example",
        "INSECURE_HTTP": "true",
        "LOG_FORMAT": "text",
        "REQUEST_S": "7",
        "RETENTION_DAYS": "",
        "LANG": "nl",
    }.items():
        monkeypatch.setenv(f"BIOFEEDBACK_{name}", text)
    settings = read_settings({})
    assert settings.data == Path.home() / "here"
    assert settings.origins == ("https://a.example", "https://b.example")
    assert (settings.insecure_http, settings.log_format, settings.request_s) == (True, LogFormat.TEXT, 7.0)
    assert (settings.retention_days, settings.lang) == (None, "nl")
    assert read_settings({"set": ["insecure_http=0"]}).insecure_http is False


def test_the_language_is_the_terminals_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings({}).lang == "en"
    monkeypatch.setenv("LC_ALL", "nl_BE.UTF-8")
    assert read_settings({}).lang == "nl"
    assert read_settings({"lang": "en"}).lang == "en"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("prot = 1",), "prot: there is no such setting; did you mean port?"),
        (("colour = 1",), "colour: there is no such setting; docs/settings.md lists all there are"),
        (("[server]", "port = 1"), "server: there is no such setting"),
        (('port = "many"',), "port = many: write a whole number"),
        (("port = 1.5",), "port = 1.5: write a whole number"),
        (("port = true",), "port = True: write a whole number"),
        (("port = 70000",), "port = 70000: choose a number of at least 0, at most 65535"),
        (("request_s = [1]",), "request_s = [1]: write a number"),
        (("insecure_http = 1",), "insecure_http = 1: choose true or false"),
        (('insecure_http = "perhaps"',), "choose true or false"),
        (("origins = [1]",), "write a list of texts"),
        (('origins = ["a.example"]',), "looks like https://"),
        (('log_format = "loud"',), "choose one of auto, json, text"),
        (("strap = 1",), "strap = 1: write a text"),
        (('store_url = "sqlite:///secret"',), "store_url: looks like postgresql://"),
        (("port = ",), "no TOML ("),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_it(
    lines: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "clinic.toml", *lines)
    assert main(["serve", "--settings", str(file)]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"biofeedback: {file}: ")
    assert said in line
    assert line.count("\n") == 1
    assert "secret" not in line


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("BIOFEEDBACK_PROT", "1", "BIOFEEDBACK_PROT: there is no such setting; did you mean BIOFEEDBACK_PORT?"),
        ("BIOFEEDBACK_port", "1", "BIOFEEDBACK_port: there is no such setting; did you mean BIOFEEDBACK_PORT?"),
        ("BIOFEEDBACK_PORT", "x", "BIOFEEDBACK_PORT=x: write a whole number"),
        ("BIOFEEDBACK_MAX_VIEWERS", "0", "BIOFEEDBACK_MAX_VIEWERS=0: choose a number of at least 1"),
        ("BIOFEEDBACK_STORE_URL", "mysql://root:secret@db", "BIOFEEDBACK_STORE_URL: looks like postgresql://"),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_that_names_it(
    variable: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, text)
    assert main(["serve"]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"biofeedback: {said}")
    assert line.count("\n") == 1
    assert "secret" not in line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "many"], "--port many: write a whole number"),
        (["--port", "70000"], "--port 70000: choose"),
        (["--set", "port"], "--set port: looks like --set max_viewers=100"),
        (["--set", "prot=1"], "--set prot: there is no such setting; did you mean port?"),
        (["--set", "max_viewers=0"], "--set max_viewers=0: choose"),
        (["--tls-cert", "a.pem"], "--tls-cert a.pem: goes with tls_key"),
        (["--insecure-http", "--tls-cert", "a", "--tls-key", "b"], "--insecure-http: makes no sense"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_that_names_it(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *options]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"biofeedback: {said}")
    assert line.count("\n") == 1


def test_what_does_not_go_together_is_named() -> None:
    with pytest.raises(InputError, match="--exercise sprint"):
        read_settings({"exercise": "sprint"})
    with pytest.raises(InputError, match="--pattern 4-6: trial_exhale has patterns of its own"):
        read_settings({"exercise": "trial_exhale", "pattern": "4-6"})


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read .* name another with --settings"):
        read_settings({}, tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"no TOML \(no UTF-8\)"):
        read_settings({}, tmp_path / "bytes.toml")


def test_the_file_in_the_data_folder_does_not_move_the_data_folder(tmp_path: Path) -> None:
    write(tmp_path / "settings.toml", 'data = "elsewhere"')
    with pytest.raises(InputError, match="lies in the data folder already; leave data out"):
        read_settings({"data": str(tmp_path)})
