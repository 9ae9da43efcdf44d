"""Bar charts as SVG: a few lines of our own, without a library, readable on light and on dark pages."""

from collections.abc import Sequence
from html import escape

Panel = tuple[str, Sequence[str], Sequence[tuple[float, float]]]
WIDTH, HEIGHT, COLUMNS = 360, 210, 2
LEFT, TOP, BASE = 24, 52, 172  # within a panel: where bars begin, end at most, and stand
BAR, GAP = 40, 4
STYLE = """
text { font: 13px "IBM Plex Sans", system-ui, sans-serif; fill: #525252 }
.title { font-weight: 600; fill: #161616 }
.axis { stroke: #a8a8a8 }
.a { fill: #0f62fe }
.b { fill: #a8a8a8 }
@media (prefers-color-scheme: dark) {
  text { fill: #c6c6c6 }
  .title { fill: #f4f4f4 }
  .axis { stroke: #6f6f6f }
  .a { fill: #78a9ff }
  .b { fill: #6f6f6f }
}
"""


def bars(panels: Sequence[Panel], names: tuple[str, str], title: str) -> str:
    """Panels two in a row, each with a title, groups, and two bars a group: those of the two `names`."""
    rows = -(-len(panels) // COLUMNS)
    width, height = WIDTH * COLUMNS, HEIGHT * rows + 28
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        x, y = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel)}</g>')
    for number, (name, kind) in enumerate(zip(names, "ab", strict=True)):
        x = LEFT + 110 * number
        parts.append(f'<rect class="{kind}" x="{x}" y="{height - 24}" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="{height - 13}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> str:
    title, groups, values = panel
    most = max((value for pair in values for value in pair), default=0) or 1
    parts = [f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>']
    for number, (group, pair) in enumerate(zip(groups, values, strict=True)):
        x = LEFT + number * (2 * BAR + GAP + 24)
        for kind, value in zip("ab", pair, strict=True):
            height = (BASE - TOP) * value / most
            parts.append(f'<rect class="{kind}" x="{x}" y="{BASE - height:.1f}" width="{BAR}" height="{height:.1f}"/>')
            label = f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value else "–"
            parts.append(f'<text x="{x + BAR / 2}" y="{BASE - height - 5:.1f}" text-anchor="middle">{label}</text>')
            x += BAR + GAP
        parts.append(f'<text x="{x - BAR - GAP - 2}" y="{BASE + 18}" text-anchor="middle">{escape(group)}</text>')
    parts.append(f'<line class="axis" x1="{LEFT - 8}" x2="{WIDTH - 24}" y1="{BASE}" y2="{BASE}"/>')
    return "".join(parts)
