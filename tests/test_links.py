"""One-time links: made at the machine, kept as hashes, good once and for a day."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from biofeedback.errors import InputError
from biofeedback.links import OneTimeLinks

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def links(tmp_path: Path) -> OneTimeLinks:
    return OneTimeLinks(tmp_path / "data")


def test_a_link_is_good_once_and_says_whose_it_is(links: OneTimeLinks) -> None:
    first, merel = links.make(None, NOW), links.make("Zoë", NOW)
    for token, user in ((first, None), (merel, "Zoë")):
        found = links.find(token, NOW)
        assert found is not None
        assert found.user == user
        assert links.take(token, NOW) == found
        assert links.find(token, NOW) is None
        assert links.take(token, NOW) is None
    assert links.take("", NOW) is None


def test_a_link_that_is_given_back_is_good_again_until_it_is_used_up(links: OneTimeLinks) -> None:
    token = links.make("merel", NOW)
    links.give_back(token)
    assert links.take(token, NOW) is not None
    links.give_back(token)
    assert links.take(token, NOW) is not None
    links.use_up(token)
    links.give_back(token)
    links.use_up(token)
    assert links.find(token, NOW) is None


def test_a_link_that_was_replaced_while_it_was_used_is_not_given_back(links: OneTimeLinks) -> None:
    token = links.make("merel", NOW)
    links.take(token, NOW)
    new = links.make("merel", NOW)
    links.give_back(token)
    assert links.find(token, NOW) is None
    assert links.find(new, NOW) is not None


def test_a_link_is_good_for_a_day(links: OneTimeLinks) -> None:
    token = links.make("merel", NOW)
    assert links.find(token, NOW + timedelta(hours=23, minutes=59)) is not None
    assert links.find(token, NOW + timedelta(hours=24)) is None
    assert links.take(token, NOW + timedelta(hours=24)) is None


def test_a_new_link_replaces_that_users_older_one_and_nobody_elses(links: OneTimeLinks) -> None:
    old, other = links.make("merel", NOW), links.make("sam", NOW)
    new = links.make("merel", NOW)
    assert links.find(old, NOW) is None
    assert links.find(new, NOW) is not None
    links.revoke("merel")
    assert links.find(new, NOW) is None
    assert links.find(other, NOW) is not None


def test_the_disk_holds_no_token_and_is_for_the_owner_only(links: OneTimeLinks, tmp_path: Path) -> None:
    token = links.make("merel", NOW)
    (path,) = (tmp_path / "data" / "links").iterdir()
    assert token not in path.read_text() + path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "{", "[]", '{"user": null}', '{"user": null, "expires_utc": 3}', "\u00e9"])
def test_a_damaged_link_is_none_and_is_swept_away(links: OneTimeLinks, tmp_path: Path, content: str) -> None:
    token = links.make("merel", NOW)
    (path,) = (tmp_path / "data" / "links").iterdir()
    path.write_text(content, encoding="utf-8")
    assert links.find(token, NOW) is None
    links.make("sam", NOW)
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(InputError, match="cannot be made"):
        OneTimeLinks(tmp_path / "data").make(None, NOW)
