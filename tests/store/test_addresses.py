from pathlib import Path

import pytest

from biofeedback.errors import InputError
from biofeedback.store import open_store


@pytest.mark.parametrize("url", ["", "here", "mysql://a:secret@b/c", "sqlite:///x.db"])
async def test_what_is_no_postgresql_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="postgresql://") as raised:
        await open_store(tmp_path, url)
    assert "secret" not in str(raised.value)


async def test_a_driver_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(InputError, match=r"biofeedback\[postgres\]"):
        await open_store(tmp_path, "postgresql://a@b/c")
