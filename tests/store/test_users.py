import pytest

from biofeedback.errors import InputError, KeyGone
from biofeedback.ids import is_ulid
from biofeedback.store import Store, users
from biofeedback.store.users import User
from biofeedback.store.vault import vault_of


async def a_user(store: Store, name: str = "j.devries", role: str = "physiotherapist") -> User:
    return await store.write(lambda connection: users.add(connection, name=name, role=role))


async def test_a_user_is_found_by_id_and_by_name_however_it_is_typed(store: Store) -> None:
    user = await a_user(store, " Zoe\u0308 ")
    assert is_ulid(user.id)
    assert (user.name, user.password, user.has_second_factor, user.disabled) == ("Zo\u00eb", None, False, False)
    assert await store.read(lambda connection: users.get(connection, user.id)) == user
    for typed in ("Zo\u00eb", "zo\u00eb", "ZOE\u0308 "):
        assert await store.read(lambda connection, typed=typed: users.find(connection, typed)) == user
    assert await store.read(lambda connection: users.find(connection, "zoe")) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\x00b"])
async def test_what_is_no_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="1 to 64"):
        await a_user(store, name)


async def test_each_name_is_there_once(store: Store) -> None:
    await a_user(store, "Merel")
    with pytest.raises(InputError, match="already"):
        await a_user(store, "MEREL")
    await a_user(store, "Anna", "admin")
    assert [user.name for user in await store.read(users.everybody)] == ["Anna", "Merel"]


async def test_what_is_changed_of_one_is_of_that_one(store: Store) -> None:
    one, other = await a_user(store, "one"), await a_user(store, "other")

    def change(connection):
        users.set_password(connection, one.id, "$argon2id$...")
        users.set_role(connection, one.id, "admin")
        users.set_used_step(connection, one.id, 7)
        users.set_disabled(connection, one.id, disabled=True)

    await store.write(change)
    changed = await store.read(lambda connection: users.get(connection, one.id))
    assert changed == User(one.id, "one", "admin", "$argon2id$...", False, 7, True)
    assert await store.read(lambda connection: users.get(connection, other.id)) == other


async def test_the_secret_of_a_second_factor_is_sealed(store: Store, data) -> None:
    user = await a_user(store)
    assert await store.read(lambda connection: users.secret_of(connection, user.id)) is None
    await store.write(lambda connection: users.set_secret(connection, user.id, "JBSWY3DP"))
    assert await store.read(lambda connection: users.secret_of(connection, user.id)) == "JBSWY3DP"
    found = await store.read(lambda connection: users.get(connection, user.id))
    assert found.has_second_factor
    assert not [path for path in data.iterdir() if b"JBSWY3DP" in path.read_bytes()]
    await store.write(lambda connection: vault_of(connection).forget(user.id))
    with pytest.raises(KeyGone):
        await store.read(lambda connection: users.secret_of(connection, user.id))
    for secret in (None, "KRSXG5A"):
        await store.write(lambda connection, secret=secret: users.set_secret(connection, user.id, secret))
        assert await store.read(lambda connection: users.secret_of(connection, user.id)) == secret
