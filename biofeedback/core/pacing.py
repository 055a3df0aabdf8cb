"""The pacer as a formula: which breath, and where in it, at a time."""

from dataclasses import dataclass

__all__ = ["BREATH_PART_MAX_S", "Breath", "Pacer", "Pattern"]

BREATH_PART_MIN_S = 0.5  # nobody breathes faster than once a second
BREATH_PART_MAX_S = 60.0  # nor takes longer than a minute for a part of one


@dataclass(frozen=True, slots=True)
class Pattern:
    """One paced breath: seconds of inhale, hold, exhale, hold."""

    inhale_s: float
    exhale_s: float
    hold_in_s: float = 0.0
    hold_out_s: float = 0.0

    def __post_init__(self) -> None:
        parts = (self.inhale_s, self.exhale_s, self.hold_in_s, self.hold_out_s)
        is_possible = all(0.0 <= part <= BREATH_PART_MAX_S for part in parts)
        if not is_possible or min(self.inhale_s, self.exhale_s) < BREATH_PART_MIN_S:
            raise ValueError(
                f"a breathing pattern needs an inhale and an exhale of {BREATH_PART_MIN_S} s or more, "
                f"and each part is at most {BREATH_PART_MAX_S:g} s, got {parts}"
            )

    @property
    def period_s(self) -> float:
        """Length of one breath in seconds."""
        return self.inhale_s + self.hold_in_s + self.exhale_s + self.hold_out_s

    @property
    def name(self) -> str:
        """``4-6``, or ``4-1-6-2`` when there are holds."""
        parts: tuple[float, ...] = (self.inhale_s, self.exhale_s)
        if self.hold_in_s or self.hold_out_s:
            parts = (self.inhale_s, self.hold_in_s, self.exhale_s, self.hold_out_s)
        return "-".join(f"{part:g}" for part in parts)

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Pattern of ``4-6`` (inhale-exhale) or ``4-1-6-2`` (inhale-hold-exhale-hold).

        Raises
        ------
        ValueError
            If the text is no such pattern.
        """
        parts = [float(part) for part in text.split("-")]
        if len(parts) == 2:
            return cls(parts[0], parts[1])
        if len(parts) == 4:
            return cls(parts[0], parts[2], parts[1], parts[3])
        raise ValueError(f"a breathing pattern looks like 4-6 or 4-1-6-2, got {text!r}")


@dataclass(frozen=True, slots=True)
class Breath:
    """One breath of the pacer: times on the session's clock."""

    index: int
    inhale_start_s: float
    exhale_start_s: float
    exhale_end_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Pacer:
    """Paced breathing from ``start_s``: a fixed pattern, or a list of (inhale, exhale) lengths (a varied pacer)."""

    start_s: float
    pattern: Pattern
    breaths: tuple[tuple[float, float], ...] = ()

    @property
    def steady_breaths(self) -> int | None:
        """How many breaths there are before the first that is longer or shorter than the pattern's; None: all are."""
        usual = (self.pattern.inhale_s, self.pattern.exhale_s)
        return next((index for index, lengths in enumerate(self.breaths) if lengths != usual), None)

    def breath(self, index: int) -> Breath:
        """Breath number ``index``, counted from 0.

        Past the end of a varied list the pattern goes on.
        """
        lengths = self.breaths[:index]
        start_s = self.start_s + sum(i + e for i, e in lengths) + (index - len(lengths)) * self.pattern.period_s
        if index < len(self.breaths):
            inhale_s, exhale_s = self.breaths[index]
            end_s = start_s + inhale_s + exhale_s
            return Breath(index, start_s, start_s + inhale_s, end_s, end_s)
        exhale_start_s = start_s + self.pattern.inhale_s + self.pattern.hold_in_s
        exhale_end_s = exhale_start_s + self.pattern.exhale_s
        return Breath(index, start_s, exhale_start_s, exhale_end_s, exhale_end_s + self.pattern.hold_out_s)

    def breaths_before(self, end_s: float) -> list[Breath]:
        """All whole breaths that end at or before ``end_s`` (to 1 ms)."""
        found: list[Breath] = []
        while (breath := self.breath(len(found))).end_s <= end_s + 1e-3:
            found.append(breath)
        return found
