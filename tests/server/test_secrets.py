"""What is secret: tokens, codes, passwords, tickets, second factors, and how often each may be tried."""

import re

import pyotp
import pytest
from argon2 import PasswordHasher

from biofeedback.ids import ALPHABET
from biofeedback.server.access import second_factor
from biofeedback.server.access.limits import MOST_KEYS, Limit, place_of
from biofeedback.server.access.passwords import Passwords, slow_hasher, weakness
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.tickets import MOST, VALID_S, Tickets
from biofeedback.server.access.tokens import fingerprint, new_code, new_token, typed

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "vier paarden op een dak"


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_token_has_256_bits_and_only_its_hash_is_like_another() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert fingerprint("a") == fingerprint("a") != fingerprint("b")
    assert not any(token in fingerprint(token) for token in tokens)
    assert fingerprint("\ud800")  # half a character of an emoji, which no file can hold


def test_a_code_has_40_bits_without_lookalikes_and_is_read_as_it_was_meant() -> None:
    assert len(ALPHABET) ** 8 == 2**40
    for _ in range(50):
        code = new_code()
        assert len(code) == 8
        assert not set(code) & set("OILU")
        assert typed(f" {code[:4].lower()}-{code[4:]} ") == code
    assert typed("oO0iIlL1") == "00011111"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "password_length"),
        ("x" * 201, "password_length"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("123456789012", "password_guessable"),
        ("210987654321", "password_guessable"),
        ("Password1234", "password_guessable"),
        ("Wachtwoord2026", "password_guessable"),
        ("Merel.Merel.12", "password_guessable"),
        ("qwertyuiopasdf", "password_guessable"),
        ("merelwelkommerel", "password_guessable"),
        (GOOD, None),
        ("correct horse battery", None),
        ("x" * 190 + "abcdefghij", None),
    ],
)
def test_a_password_is_long_and_not_one_of_every_list(password: str, why: str | None) -> None:
    assert weakness(password, "merel") == why


def test_a_password_is_known_by_its_hash_alone() -> None:
    passwords = Passwords(CHEAP)
    stored = passwords.hash(GOOD)
    assert GOOD not in stored
    assert stored != passwords.hash(GOOD)
    assert passwords.is_right(stored, GOOD)
    assert not passwords.is_right(stored, GOOD + "!")
    assert not passwords.is_right("no hash at all", GOOD)
    assert not passwords.is_right(None, GOOD)
    assert not passwords.is_dated(stored)
    assert Passwords(slow_hasher()).is_dated(stored)


def test_the_real_hash_costs_what_is_advised() -> None:
    assert slow_hasher().hash("").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


class Counting(PasswordHasher):
    """Counts what it is asked to compare."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.compared += 1
        return bool(super().verify(hash, password))


def test_nobody_takes_as_long_as_somebody() -> None:
    hasher = Counting(1, 8, 1)
    passwords = Passwords(hasher)
    stored = passwords.hash(GOOD)
    for tried in (stored, None, "broken"):
        before = hasher.compared
        passwords.is_right(tried, "wrong")
        assert hasher.compared == before + 1


def test_tries_run_out_for_each_key_and_come_back_with_time(clock: Clock) -> None:
    limit = Limit(3, 60.0, clock)
    for _ in range(3):
        assert not limit.is_spent("a")
        limit.spend("a")
        clock.now_s += 10
    assert limit.is_spent("a")
    assert not limit.is_spent("b")
    clock.now_s += 31
    assert not limit.is_spent("a")
    limit.spend("a")
    assert limit.is_spent("a")
    limit.forgive("a")
    limit.forgive("nobody")
    assert not limit.is_spent("a")


def test_only_so_many_keys_are_remembered(clock: Clock) -> None:
    limit = Limit(1, 60.0, clock)
    for key in range(MOST_KEYS + 1):
        limit.spend(str(key))
    assert not limit.is_spent("0")
    assert limit.is_spent("1")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(address: str, place: str) -> None:
    assert place_of(address) == place


def test_a_ticket_is_good_once_and_for_half_a_minute(clock: Clock) -> None:
    tickets, principal = Tickets(clock), Principal(Role.PATIENT, room="R")
    one, other = tickets.give(principal, "R"), tickets.give(principal, "R")
    found = tickets.take(one)
    assert found is not None
    assert (found.principal, found.room) == (principal, "R")
    assert tickets.take(one) is None
    assert tickets.take("") is None
    clock.now_s += VALID_S
    assert tickets.take(other) is None
    late = tickets.give(principal, "R")
    assert tickets.take(late) is not None


def test_only_so_many_tickets_wait(clock: Clock) -> None:
    tickets, principal = Tickets(clock), Principal(Role.LOCAL)
    first = tickets.give(principal, "R")
    for _ in range(MOST):
        last = tickets.give(principal, "R")
    assert tickets.take(first) is None
    assert tickets.take(last) is not None


def test_each_code_of_the_second_factor_is_good_once_and_near_its_time() -> None:
    secret, now_s = second_factor.new_secret(), 1_800_000_000.0
    code = pyotp.TOTP(secret).at(int(now_s))
    step = second_factor.step_of(secret, code, now_s, 0)
    assert step == now_s // 30
    assert second_factor.step_of(secret, f"{code[:3]} {code[3:]}", now_s + 30, 0) == step
    assert second_factor.step_of(secret, code, now_s - 30, 0) == step
    assert second_factor.step_of(secret, code, now_s + 60, 0) is None
    assert second_factor.step_of(secret, code, now_s, step) is None
    for wrong in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert second_factor.step_of(secret, wrong, now_s, 0) is None
    assert second_factor.address_of(secret, "merel").startswith("otpauth://totp/biofeedback:merel?secret=")
