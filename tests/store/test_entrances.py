"""Logins, invitations and share links: found while they last, gone with whom they are of."""

from stored import a_person

from biofeedback.ids import new_ulid
from biofeedback.store import Store, invitations, logins, shares, users
from biofeedback.store.invitations import Invitation
from biofeedback.store.logins import Login
from biofeedback.store.shares import Share

NOW_S = 1_800_000_000.0
ROOM = "01K00000000000000000000000"
TRIES = 5


def a_login(token: str, **fields: object) -> Login:
    values: dict = {"role": "patient", "seen_s": NOW_S, "idle_s": 3600.0, "expires_s": NOW_S + 7200.0}
    return Login(token=token, **(values | fields))


async def add(store: Store, *entries: Login | Share | Invitation) -> None:
    modules = {Login: logins, Share: shares, Invitation: invitations}
    for entry in entries:
        await store.write(lambda connection, entry=entry: modules[type(entry)].add(connection, entry))


async def found(store: Store, token: str, now_s: float = NOW_S) -> Login | None:
    return await store.read(lambda connection: logins.find(connection, token, now_s))


async def test_a_login_is_found_by_its_token_until_it_expires_or_nobody_was_seen(store: Store) -> None:
    login = a_login("t1", room=ROOM)
    await add(store, login, a_login("t2"))
    assert await found(store, "t1") == login
    assert await found(store, "t3") is None
    assert await found(store, "t1", NOW_S + 3600) is None
    await store.write(lambda connection: logins.seen(connection, [login.id], NOW_S + 3000))
    assert await found(store, "t1", NOW_S + 3600) is not None
    await store.write(lambda connection: logins.seen(connection, [login.id], NOW_S + 7000))
    assert await found(store, "t1", NOW_S + 7200) is None


async def test_those_that_have_ended_are_forgotten(store: Store) -> None:
    idle, old, fresh = (
        a_login("idle", idle_s=10.0),
        a_login("old", expires_s=NOW_S + 10),
        a_login("fresh"),
    )
    await add(store, idle, old, fresh)
    ids = [idle.id, old.id, fresh.id]
    assert await store.read(lambda connection: logins.alive(connection, ids, NOW_S + 10)) == {fresh.id}
    await store.write(lambda connection: logins.sweep(connection, NOW_S + 10))
    assert await store.read(lambda connection: logins.alive(connection, ids, NOW_S)) == {fresh.id}
    await store.write(lambda connection: logins.end(connection, [fresh.id]))
    assert await found(store, "fresh") is None


async def test_logins_are_known_by_whom_they_are_of(store: Store) -> None:
    user = await store.write(lambda connection: users.add(connection, name="j", role="admin"))
    share = Share(person=None, room=ROOM, session=ROOM, token="s", expires_s=NOW_S + 60)
    await add(store, share)
    of_user, of_room, of_share = a_login("1", user=user.id), a_login("2", room=ROOM), a_login("3", share=share.id)
    await add(store, of_user, of_room, of_share)
    assert await store.read(lambda connection: logins.of_user(connection, user.id)) == [of_user.id]
    assert await store.read(lambda connection: logins.of_room(connection, ROOM)) == [of_room.id]
    assert await store.read(lambda connection: logins.of_share(connection, share.id)) == [of_share.id]
    await store.write(lambda connection: shares.remove(connection, share.id))
    assert await found(store, "3") is None


async def test_an_erased_person_can_no_longer_enter(store: Store) -> None:
    person = await a_person(store)
    share = Share(person=person.id, room=ROOM, session=ROOM, token="s", expires_s=NOW_S + 60)
    await add(store, a_login("1", person=person.id), share, Invitation(ROOM, person.id, "t", "c", NOW_S + 60))
    await store.write(
        lambda connection: connection.exec_driver_sql("DELETE FROM people WHERE id = '" + person.id + "'")
    )
    assert await found(store, "1") is None
    assert await store.read(lambda connection: shares.find(connection, "s", NOW_S)) is None
    assert await taken(store, "t") is None


async def taken(store: Store, shown: str, now_s: float = NOW_S) -> Invitation | None:
    return await store.write(lambda connection: invitations.take(connection, shown, now_s, TRIES))


async def test_an_invitation_is_good_once_by_token_or_by_code(store: Store) -> None:
    for shown in ("token", "code"):
        invitation = Invitation(ROOM, None, "token", "code", NOW_S + 600)
        await add(store, invitation)
        assert await taken(store, "other") is None
        assert await taken(store, shown, NOW_S + 600) is None
        assert await taken(store, shown) == invitation
        assert await taken(store, "token") is None
        assert await taken(store, "code") is None


async def test_a_newer_invitation_replaces_the_rooms_older_one(store: Store) -> None:
    await add(store, Invitation(ROOM, None, "t1", "c1", NOW_S + 600), Invitation(ROOM, None, "t2", "c2", NOW_S + 600))
    assert await taken(store, "t1") is None
    assert await taken(store, "c2") is not None


async def test_a_code_that_was_guessed_at_is_dead_and_the_token_is_not(store: Store) -> None:
    await add(store, Invitation(ROOM, None, "token", "code", NOW_S + 600))
    for _ in range(TRIES):
        await store.write(invitations.miss)
    assert await taken(store, "code") is None
    assert await taken(store, "token") is not None


async def test_a_share_is_found_by_its_token_until_it_is_over_or_taken_back(store: Store) -> None:
    session = new_ulid()
    one, other = (
        Share(person=None, room=ROOM, session=session, token=t, expires_s=NOW_S + 59 + n)
        for n, t in ((1, "1"), (2, "2"))
    )
    await add(store, one, other)
    assert await store.read(lambda connection: shares.find(connection, "1", NOW_S)) == one
    assert await store.read(lambda connection: shares.find(connection, "1", NOW_S + 60)) is None
    assert await store.read(lambda connection: shares.find(connection, "3", NOW_S)) is None
    assert await store.read(lambda connection: shares.get(connection, one.id)) == one
    assert await store.read(lambda connection: shares.of_room(connection, ROOM, NOW_S)) == [one, other]
    await store.write(lambda connection: shares.remove(connection, one.id))
    assert await store.read(lambda connection: shares.get(connection, one.id)) is None
    await store.write(lambda connection: shares.sweep(connection, NOW_S + 61))
    assert await store.read(lambda connection: shares.get(connection, other.id)) is None
