"""What is printed with the numbers names the sources that the code names."""

import re

import pytest

from biofeedback.core import breathing, calmer, pool, prior, resonance, student, trial, wander
from biofeedback.core.prior import Sitting
from biofeedback.report.methods import METHODS

PRINTED = " ".join(str(value) for name, value in METHODS.items() if name.startswith("calmer"))
STATED = (
    calmer.calmer_answer.__doc__, wander._fits.__doc__, pool.pool_changes.__doc__, student.pooled_df.__doc__,
)  # fmt: skip


@pytest.mark.parametrize("text", STATED)
def test_every_source_of_the_calmer_answer_is_printed(text):
    sources = re.findall(r"doi (10\.[^\s),]+)|(jstor\.org/\S+?)\)", text)
    assert sources
    assert [source for pair in sources for source in pair if source.rstrip(".") not in PRINTED] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("following", breathing.own_breathing_goes_on.__doc__),
        ("trial", trial.difference_in_sets.__doc__),
        ("resonance", resonance.find_peak.__doc__),
    ],
)
def test_where_following_and_what_blocks_say_come_from_is_printed(name, text):
    """The first source of each: a DOI, or author and year of a book."""
    doi = re.search(r"doi (10\.[^\s),]+)", text)
    source = doi[1] if doi else re.search(r"\((\w+ \d{4})", text)[1]
    assert source in METHODS[name]


def test_what_is_assumed_is_printed_with_its_numbers():
    sitting = Sitting()
    for number in (sitting.fall_bpm, sitting.sd_bpm, prior.DAY_SD_BPM):
        assert f"{number} bpm" in METHODS["calmer_expected"]
