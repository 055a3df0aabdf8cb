"""Where a collector sends to: no key leaves this machine in clear text."""

import pytest

from biofeedback.collecting import Place
from biofeedback.errors import InputError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8800", "ws://127.0.0.1:8800/collect"),
        ("ws://localhost:8800/", "ws://localhost:8800/collect"),
        ("http://[::1]:8800/collect", "ws://[::1]:8800/collect"),
        ("https://clinic.example/biofeedback/", "wss://clinic.example/biofeedback/collect"),
        ("wss://clinic.example", "wss://clinic.example/collect"),
    ],
)
def test_an_address_is_understood_as_people_type_it(url: str, address: str) -> None:
    place = Place.parse(url)
    assert place.address == address
    assert place.is_secure == address.startswith("wss")


@pytest.mark.parametrize("url", ["http://clinic.example", "ws://192.168.1.4:8800", "http://127.0.0.1.example:8800"])
def test_a_key_is_not_sent_over_a_network_in_clear_text(url: str) -> None:
    with pytest.raises(InputError, match="in clear text; use https, or a tunnel: ssh"):
        Place.parse(url)


@pytest.mark.parametrize(
    "url", ["", "clinic", "ftp://a", "http://", "http://a:b@localhost", "http://localhost:x", "http://localhost/?a"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="--server"):
        Place.parse(url)
