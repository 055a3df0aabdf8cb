"""The draw: the same for the same seed, every order alike likely."""

from collections import Counter
from itertools import permutations

import pytest

from biofeedback.core.exercises import EXERCISES
from biofeedback.draw import draw_blocks

DESIGNED = {name: exercise.design for name, exercise in EXERCISES.items() if exercise.design is not None}


@pytest.mark.parametrize("name", DESIGNED)
def test_a_plan_holds_whole_sets_and_follows_from_its_seed(name: str) -> None:
    design = DESIGNED[name]
    for seed in range(20):
        blocks = draw_blocks(design, seed)
        assert design.allows(blocks)
        assert blocks == draw_blocks(design, seed)
    assert len({draw_blocks(design, seed) for seed in range(20)}) > 1


def test_a_seed_means_the_same_in_every_version() -> None:
    """Recordings keep their seed; what it drew must be found again."""
    assert draw_blocks(DESIGNED["trial_recovery"], 7) == ("4-6", "quiet")
    assert draw_blocks(DESIGNED["resonance"], 7) == ("5.3-8", "3.7-5.5", "4.8-7.2", "4-6", "4.4-6.5")


def test_all_orders_of_a_set_are_drawn_about_alike() -> None:
    design = DESIGNED["trial_exhale"]
    counts: Counter[tuple[str, ...]] = Counter()
    for seed in range(600):
        blocks = draw_blocks(design, seed)
        counts.update(blocks[k : k + 3] for k in range(0, 12, 3))
    assert set(counts) == set(permutations(arm.name for arm in design.arms))
    assert all(330 <= count <= 470 for count in counts.values())  # 400 expected, SD 18
