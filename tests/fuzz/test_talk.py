import json
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.talk import MESSAGES, TALK, read_message, read_settings_file, settings_seeds

pytestmark = pytest.mark.whole


@pytest.mark.parametrize("name", TALK)
def test_what_is_spoilt_is_read_or_refused_as_it_should_be(name, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    read, spoil = TALK[name]
    for data in islice(spoil(1), 2000):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data):
    read_message(data)
    read_settings_file(data)


def test_the_seeds_themselves_are_read():
    for message in MESSAGES:
        read_message(json.dumps(message).encode())
    for data in settings_seeds():
        read_settings_file(data)
