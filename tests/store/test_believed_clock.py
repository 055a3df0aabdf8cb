"""A clock that leapt is not believed until somebody says that it is right, or it is set back."""

from datetime import UTC, datetime, timedelta

from stored import Place

from biofeedback.store import Store, audit, time_of_day
from biofeedback.store.audit import Act, Entry
from biofeedback.store.time_of_day import LEAP

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def believed(store: Store, after: timedelta) -> bool:
    return await store.write(lambda connection: time_of_day.believes(connection, BEGIN + after))


async def written(store: Store, after: timedelta, act: Act = Act.SIGNED_IN) -> None:
    entry = Entry(act, "admin", at_utc=(BEGIN + after).isoformat(timespec="milliseconds"))
    await store.write(lambda connection: audit.append(connection, entry))


async def acts(store: Store) -> list[str]:
    return [entry.act for _, entry in await store.read(lambda connection: audit.newest(connection, 99))][::-1]


async def test_a_clock_that_goes_on_is_believed_and_leaves_a_trace_once_a_week(store: Store) -> None:
    for days in range(15):
        assert await believed(store, days * DAY)
    assert await acts(store) == ["clock_known"] * 2
    assert await believed(store, 8 * DAY + LEAP)  # who was away for a month
    assert await believed(store, 9 * DAY)  # a clock that is behind by less erases nothing too early
    assert (await acts(store))[2:] == ["clock_known"]


async def test_a_clock_that_leapt_is_not_believed_whoever_signs_in_meanwhile(store: Store) -> None:
    assert await believed(store, timedelta())
    for days in (2000, 2001):
        assert not await believed(store, days * DAY)
        await written(store, days * DAY)
    assert await acts(store) == ["clock_known", "clock_doubted", "signed_in", "signed_in"]
    await written(store, 3 * DAY)  # it was set right
    assert await believed(store, LEAP + 3 * DAY)
    assert (await acts(store))[-1] == "clock_known"


async def behind(store: Store, since: timedelta) -> list[tuple[timedelta, timedelta]]:
    """What was made by a clock that was behind and set right after ``since``, as days from the beginning."""
    found = await store.read(lambda connection: time_of_day.made_behind(connection, BEGIN + since))
    return [(start - BEGIN, end - BEGIN) for start, end in found]


async def test_what_a_clock_made_that_was_years_behind_is_as_old_as_the_day_on_which_it_was_set_right(
    store: Store,
) -> None:
    assert await believed(store, timedelta())
    for days in (2000, -3000, -2990, -2900):  # doubted ahead, and then behind: each is noted once
        assert not await believed(store, days * DAY)
    assert await behind(store, -DAY) == []  # it is not set right yet, and erases nothing
    assert await believed(store, 2 * DAY)
    wrong = [((days - 1) * DAY, days * DAY + LEAP) for days in (-3000, -2900)]
    assert await behind(store, -DAY) == wrong
    assert await behind(store, 3 * DAY) == []  # and so old it is by now
    assert await acts(store) == ["clock_known", *["clock_doubted"] * 3, "clock_known"]


async def test_somebody_at_the_machine_says_that_it_is_right(place: Place) -> None:
    store = await place.open()
    await written(store, timedelta())
    assert not await believed(store, LEAP + DAY)
    await written(store, LEAP + DAY, Act.CLOCK_CONFIRMED)
    assert await believed(store, LEAP + 2 * DAY)
    assert (await acts(store))[1:] == ["clock_doubted", "clock_confirmed"]
    await store.close()
