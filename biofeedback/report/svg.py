"""One plot as inline SVG: scales, axes, bands, lines and points. Text stays text; colours come from the page's CSS."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

__all__ = ["Axis", "Plot", "nice_ticks"]

Points = Sequence[tuple[float, float]]

# Marks as SVG paths around (0, 0): a class of beat is told by its shape, never by its colour alone.
SHAPES = {
    "dot": "M-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0z",
    "ball": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
    "ring": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "diamond": "M0-6L6 0L0 6L-6 0z",
    "up": "M0-6L6 5L-6 5z",
    "down": "M0 6L6-5L-6-5z",
    "square": "M-4.5-4.5H4.5V4.5H-4.5z",
    "plus": "M-5.5 0H5.5M0-5.5V5.5",
    "cross": "M-4.5-4.5L4.5 4.5M4.5-4.5L-4.5 4.5",
    "hourglass": "M-5-5H5L-5 5H5z",
    "struck": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0zM-3.5 3.5L3.5-3.5",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """Range of one axis."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float], at_least: float = 0.0) -> "Axis":
        """Axis that holds all values with some room, spanning ``at_least`` so that noise is not blown up."""
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        missing = max(0.0, at_least - (high - low)) / 2
        room = 0.06 * max(high - low, at_least)
        return cls(low - missing - room, high + missing + room)


def nice_ticks(axis: Axis, wanted: int) -> list[float]:
    """About ``wanted`` round values within an axis."""
    rough = (axis.high - axis.low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(axis.low / step - 1e-9)
    last = math.floor(axis.high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


@dataclass(slots=True)
class Plot:
    """A plot that is being drawn; ``margins`` are top, right, bottom, left in the units of the view box."""

    width: int
    height: int
    x_axis: Axis
    y_axis: Axis
    margins: tuple[int, int, int, int] = (12, 14, 40, 58)
    parts: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Left edge of the drawing area."""
        return self.margins[3]

    @property
    def right(self) -> float:
        """Right edge of the drawing area."""
        return self.width - self.margins[1]

    @property
    def top(self) -> float:
        """Top edge of the drawing area."""
        return self.margins[0]

    @property
    def bottom(self) -> float:
        """Bottom edge of the drawing area."""
        return self.height - self.margins[2]

    def x(self, value: float) -> float:
        """Place of a value along the drawing."""
        return self.left + (value - self.x_axis.low) / (self.x_axis.high - self.x_axis.low) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Height of a value in the drawing."""
        return self.bottom - (value - self.y_axis.low) / (self.y_axis.high - self.y_axis.low) * (self.bottom - self.top)

    def band(self, start: float, end: float, style: str) -> None:
        """Shade from ``start`` to ``end`` over the whole height."""
        left, right = (min(max(self.x(value), self.left), self.right) for value in (start, end))
        self.rectangle(left, self.top, right - left, self.bottom - self.top, style)

    def rectangle(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """Rectangle in places of the drawing."""
        self.parts.append(f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>')

    def line(self, points: Points, style: str) -> None:
        """Line through points."""
        if len(points) > 1:
            path = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
            self.parts.append(f'<path class="{style}" d="M{path}"/>')

    def area(self, low: Points, high: Points, style: str) -> None:
        """Area between two lines."""
        if len(low) > 1:
            path = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in [*low, *reversed(high)])
            self.parts.append(f'<path class="{style}" d="M{path}z"/>')

    def rule(self, style: str, *, x: float | None = None, y: float | None = None) -> None:
        """Straight line over the whole drawing at one x or one y."""
        if x is not None:
            ends = (self.x(x), self.top, self.x(x), self.bottom)
        else:
            assert y is not None
            ends = (self.left, self.y(y), self.right, self.y(y))
        x1, y1, x2, y2 = ends
        self.parts.append(f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def marks(self, points: Points, shape: str, style: str) -> None:
        """One mark of a shape at each point."""
        for x, y in points:
            place = f"translate({self.x(x):.1f} {self.y(y):.1f})"
            self.parts.append(f'<path class="{style}" d="{SHAPES[shape]}" transform="{place}"/>')

    def text(self, x: float, y: float, text: str, style: str = "tick", anchor: str = "middle") -> None:
        """Text at a place of the drawing."""
        self.parts.append(f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')

    def bottom_axis(self, ticks: Sequence[tuple[float, str]], label: str) -> None:
        """Ticks, their text and the name of the horizontal axis."""
        for value, text in ticks:
            self.parts.append(f'<path class="axis" d="M{self.x(value):.1f} {self.bottom:.1f}v5"/>')
            self.text(self.x(value), self.bottom + 18, text)
        self.parts.append(f'<path class="axis" d="M{self.left} {self.bottom}H{self.right}"/>')
        self.text((self.left + self.right) / 2, self.height - 5, label, "name")

    def left_axis(self, ticks: Sequence[tuple[float, str]], label: str) -> None:
        """Ticks with grid lines, their text and the name of the vertical axis."""
        for value, text in ticks:
            self.rule("grid", y=value)
            self.text(self.left - 8, self.y(value) + 4, text, anchor="end")
        self._upright(14, label)

    def right_axis(self, ticks: Sequence[tuple[float, str]], label: str) -> None:
        """Ticks of a second scale, at places of the first."""
        for value, text in ticks:
            self.parts.append(f'<path class="axis" d="M{self.right:.1f} {self.y(value):.1f}h5"/>')
            self.text(self.right + 8, self.y(value) + 4, text, anchor="start")
        self._upright(self.width - 4, label)

    def _upright(self, x: float, label: str) -> None:
        """Name of a vertical axis."""
        middle = (self.top + self.bottom) / 2
        place = f"translate({x} {middle:.1f}) rotate(-90)"
        self.parts.append(f'<text class="name" text-anchor="middle" transform="{place}">{escape(label)}</text>')

    def svg(self, name: str, title: str, description: str) -> str:
        """The whole drawing with its text alternative; ``name`` is unique on the page."""
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-labelledby="{name}-t {name}-d">'
            f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
            f"{''.join(self.parts)}</svg>"
        )
