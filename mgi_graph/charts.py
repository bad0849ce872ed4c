"""Works out where the marks of the charts stand: moments on a line of time, acts on treaties as bars of years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mgi_graph.surveys import LANES, NOT_RATIFIED, Act, Moment

WIDTH = 1000.0
"""The width of every chart, in its own units."""

_LEFT = 14.0
_STEP = 12.0
_LANE_HEAD = 26.0
_ROW = 22.0
_HEAD = 24.0
_LABELS = 350.0


@dataclass(frozen=True)
class Scale:
    """Years along a line, from `left` to `right`."""

    first: int
    last: int
    left: float
    right: float

    def x(self, year: int) -> float:
        """Where a year stands."""
        return round(self.left + (year - self.first) / max(self.last - self.first, 1) * (self.right - self.left), 1)

    @property
    def ticks(self) -> tuple[int, ...]:
        """The decades."""
        return tuple(range(self.first, self.last + 1, 10))


@dataclass(frozen=True)
class Dot:
    """A moment on the line of time, with its number among all moments."""

    number: int
    moment: Moment
    x: float
    y: float


@dataclass(frozen=True)
class Timeline:
    """The line of time.

    Attributes:
        scale: the years.
        height: of the drawing.
        lanes: for each kind of moment the height at which its name stands.
        dots: the moments.
        spans: from start to end of the same thing: x of the start, x of the end, y.
    """

    scale: Scale
    height: float
    lanes: tuple[tuple[str, float], ...]
    dots: tuple[Dot, ...]
    spans: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Bar:
    """An act on a treaty: from the year of the treaty to the year of the act, either of which may not be stated.

    Attributes:
        number: its number among all acts.
        act: the act.
        y: its height.
        start, end: x of the two years, or None.
        kind: "dated" (by which the party is bound, with its year), "undated" (without), "denied", or "other".
    """

    number: int
    act: Act
    y: float
    start: float | None
    end: float | None
    kind: str


@dataclass(frozen=True)
class BarChart:
    """All acts, one below the other; the names stand left of `scale.left`."""

    scale: Scale
    height: float
    bars: tuple[Bar, ...]


def draw_timeline(moments: Sequence[Moment]) -> Timeline:
    """Put moments on a line of time: one lane a kind, those of one year above each other."""
    scale = _scale([moment.year for moment in moments], _LEFT)
    dots: list[Dot] = []
    lanes: list[tuple[str, float]] = []
    top = _HEAD
    for lane in LANES:
        stacked: dict[int, int] = defaultdict(int)
        lanes.append((lane, top + 12))
        for number, moment in enumerate(moments):
            if moment.lane == lane:
                y = round(top + _LANE_HEAD + stacked[moment.year] * _STEP, 1)
                dots.append(Dot(number, moment, scale.x(moment.year), y))
                stacked[moment.year] += 1
        top += _LANE_HEAD + max(stacked.values(), default=0) * _STEP + 4
    return Timeline(scale, round(top + 4, 1), tuple(lanes), tuple(dots), _spans(dots))


def draw_acts(acts: Sequence[Act]) -> BarChart:
    """Put acts below each other, in the order given."""
    scale = _scale([year for act in acts for year in (act.adopted, act.year) if year], _LABELS)
    bars = tuple(
        Bar(
            number=number,
            act=act,
            y=_HEAD + number * _ROW + _ROW / 2,
            start=scale.x(act.adopted) if act.adopted else None,
            end=scale.x(act.year) if act.year else None,
            kind=_kind(act),
        )
        for number, act in enumerate(acts)
    )
    return BarChart(scale, _HEAD + len(bars) * _ROW + 8, bars)


def _scale(years: Iterable[int], left: float) -> Scale:
    known = list(years) or [2020]
    return Scale(min(known) // 10 * 10, -(-max(known) // 10) * 10, left, WIDTH - _LEFT)


def _spans(dots: Sequence[Dot]) -> tuple[tuple[float, float, float], ...]:
    starts = {dot.moment.thing: dot for dot in dots if dot.moment.property.endswith("#startYear")}
    ends = (dot for dot in dots if dot.moment.property.endswith("#endYear") and dot.moment.thing in starts)
    return tuple((starts[dot.moment.thing].x, dot.x, starts[dot.moment.thing].y) for dot in ends)


def _kind(act: Act) -> str:
    if act.action == NOT_RATIFIED:
        return "denied"
    return ("dated" if act.year else "undated") if act.binds else "other"
