"""Plots of a run as small SVGs of our own."""

from __future__ import annotations

from xml.sax.saxutils import escape

from benchmarks.report import Measured, Results

_WIDTH, _LABEL, _STEP = 960, 420, 24
_BLUE, _RED, _GREY = "#2f81b7", "#c0392b", "#6b7785"


def bars(results: Results) -> str:
    """A bar per row, its ratio to its baseline, a mark where it should be at least; a scale per baseline."""
    groups: dict[str, list[Measured]] = {}
    for row in results.rows:
        groups.setdefault(row.baseline, []).append(row)
    parts: list[str] = []
    top = 10
    for baseline, rows in groups.items():
        parts.append(f'<text x="10" y="{top + 16}" font-weight="bold">Ratios to {escape(baseline)}</text>')
        most = max(max(row.ratio, row.at_least or 0) for row in rows) or 1
        for number, row in enumerate(rows):
            parts += _bar(row, top + 28 + number * _STEP, most)
        top += 40 + len(rows) * _STEP
    return _svg(parts, top, "What was measured, beside what it was measured with")


def _bar(row: Measured, top: int, most: float) -> list[str]:
    room = _WIDTH - _LABEL - 90
    length = room * row.ratio / most
    parts = [
        f'<text x="{_LABEL - 10}" y="{top + 13}" text-anchor="end">{escape(row.what[:62])}</text>',
        f'<rect x="{_LABEL}" y="{top}" width="{length:.1f}" height="17" fill="{_BLUE}"/>',
        f'<text x="{_LABEL + length + 6:.1f}" y="{top + 13}">{row.ratio:.2f}</text>',
    ]
    if row.at_least is not None:
        mark = _LABEL + room * row.at_least / most
        parts.append(f'<path d="M{mark:.1f} {top - 2}v21" stroke="{_RED}" stroke-width="2"/>')
    return parts


def growth(results: Results) -> str:
    """A line per row of growth: its rate at each size against that of the small tables."""
    lines: dict[str, list[tuple[str, float]]] = {}
    for row in results.rows:
        name, at, size = row.id.partition("@")
        if at:
            lines.setdefault(name, [("small", 1.0)]).append((size, row.ratio))
    sizes = ["small", *dict.fromkeys(size for points in lines.values() for size, _ in points[1:])]
    most = max([1.2, *(ratio for points in lines.values() for _, ratio in points)])
    left, bottom, height = 60, 320, 290
    step = (_WIDTH - 320) / max(1, len(sizes) - 1)
    parts = [
        f'<path d="M{left} {bottom - height * y / most:.1f}h{_WIDTH - 320}" stroke="#d5dae0"/>'
        f'<text x="10" y="{bottom - height * y / most + 4:.1f}" fill="{_GREY}">{y:.1f} ×</text>'
        for y in (0.0, 0.5, 0.9, 1.0)
    ]
    parts += [
        f'<text x="{left + n * step:.1f}" y="{bottom + 20}" text-anchor="middle">{escape(size)}</text>'
        for n, size in enumerate(sizes)
    ]
    ends: list[tuple[float, str, str]] = []
    for number, (name, points) in enumerate(lines.items()):
        colour = f"hsl({number * 360 // max(1, len(lines))} 60% 40%)"
        places = [(left + sizes.index(size) * step, bottom - height * ratio / most) for size, ratio in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends.append((places[-1][1], name, colour))
    lowest = 0.0
    for y, name, colour in sorted(ends):
        lowest = max(y, lowest + 15)
        parts.append(f'<text x="{_WIDTH - 250}" y="{lowest + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return _svg(parts, bottom + 40, "How rates hold when the tables grow")


def _svg(parts: list[str], height: int, title: str) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' font-family="sans-serif" font-size="13"><title>{escape(title)}</title>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *parts,
            "</svg>\n",
        ]
    )
