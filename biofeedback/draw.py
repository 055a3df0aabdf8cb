"""Draws the order of a plan's blocks: at random, but the same for the same seed, which is kept with it."""

import random

from biofeedback.core.design import Design

__all__ = ["SEEDS", "draw_blocks"]

SEEDS = 1 << 31


def draw_blocks(design: Design, seed: int) -> tuple[str, ...]:
    """Blocks of a plan: in each set every arm once, all orders alike likely and each set on its own."""
    chance = random.Random(seed)  # nosec B311 - to be drawn again from the same seed
    blocks: list[str] = []
    for _ in range(design.sets):
        names = [arm.name for arm in design.arms]
        chance.shuffle(names)
        blocks += names
    return tuple(blocks)
