"""What a person told of the day, as far as it still stands."""

from biofeedback.core.context import Told, standing


def test_the_newest_of_what_contradicts_stands() -> None:
    told = [Told.SITTING, Told.COFFEE, Told.FIRST_TIME, Told.EXERTION, Told.LYING, Told.NO_COFFEE, Told.NOT_FIRST_TIME]
    assert standing(told) == (Told.LYING, Told.EXERTION)


def test_what_was_taken_back_can_be_told_again() -> None:
    assert standing([Told.COFFEE, Told.NO_COFFEE, Told.COFFEE]) == (Told.COFFEE,)
    assert standing([Told.NOTHING, Told.SOMETHING, Told.SLEPT_BADLY]) == (Told.SLEPT_BADLY,)


def test_other_texts_are_passed_over() -> None:
    assert standing(["following", "", "changed", "posture hanging", "changed nothing"]) == (Told.NOTHING,)
    assert standing([]) == ()


def test_each_text_stands_by_itself_or_takes_another_back() -> None:
    """A text that is added later has to be one or the other."""
    takes_back = [told for told in Told if standing([told]) == ()]
    assert all("un" in told or "not" in told for told in takes_back)
    assert len(takes_back) == 6
