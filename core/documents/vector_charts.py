"""A matplotlib figure as vectors and text of a PDF's page, in the page's own fonts."""

from __future__ import annotations

from typing import Any

from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.path import Path
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

ASCENT, DESCENT = 0.72, 0.21  # of the size, about those of Helvetica and DejaVu


class PageRenderer(RendererBase):
    """Draws a figure of 72 dots per inch at the origin of a canvas; lengths are points, y grows upwards."""

    def __init__(self, canvas: Canvas, font: str, width: float, height: float) -> None:
        super().__init__()
        self.dpi = 72
        self._canvas, self._font, self._size = canvas, font, (width, height)

    def get_canvas_width_height(self) -> tuple[float, float]:
        """The size of the figure in points."""
        return self._size

    def flipy(self) -> bool:
        """Not so: the page's y grows upwards, as the figure's."""
        return False

    def points_to_pixels(self, points: Any) -> Any:
        """The same: a dot is a point."""
        return points

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """How much room a text takes in the page's font."""
        size = prop.get_size_in_points()
        return stringWidth(s, self._font, size), (ASCENT + DESCENT) * size, DESCENT * size

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Any = None,
    ) -> None:  # fmt: skip
        """A text from its base line on; it can be selected and searched."""
        self._canvas.saveState()
        self._canvas.setFillColor(Color(*gc.get_rgb()[:3]))
        self._canvas.setFont(self._font, prop.get_size_in_points())
        self._canvas.translate(x, y)
        self._canvas.rotate(angle)
        self._canvas.drawString(0, 0, s)
        self._canvas.restoreState()

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        """A filled or stroked path, inside the clipping rectangle where there is one."""
        canvas, drawn = self._canvas, self._canvas.beginPath()
        canvas.saveState()
        if (clip := gc.get_clip_rectangle()) is not None:
            edge = canvas.beginPath()
            edge.rect(*clip.bounds)
            canvas.clipPath(edge, stroke=0, fill=0)
        here = (0.0, 0.0)
        for points, code in path.iter_segments(transform, simplify=False):
            if code == Path.MOVETO:
                drawn.moveTo(*points)
            elif code == Path.LINETO:
                drawn.lineTo(*points)
            elif code == Path.CURVE3:  # a quadratic curve as the cubic one it equals
                (x, y), (a, b, c, d) = here, points
                drawn.curveTo((x + 2 * a) / 3, (y + 2 * b) / 3, (c + 2 * a) / 3, (d + 2 * b) / 3, c, d)
            elif code == Path.CURVE4:
                drawn.curveTo(*points)
            elif code == Path.CLOSEPOLY:
                drawn.close()
            here = points[-2], points[-1]
        red, green, blue, alpha = gc.get_rgb()
        stroke = gc.get_linewidth() > 0 and alpha > 0
        if stroke:
            canvas.setStrokeColor(Color(red, green, blue), alpha)
            canvas.setLineWidth(gc.get_linewidth())
            offset, dashes = gc.get_dashes()
            canvas.setDash(list(dashes) if dashes is not None else [], offset or 0)
        fill = rgbFace is not None and (len(rgbFace) < 4 or rgbFace[3] > 0)
        if fill:
            canvas.setFillColor(Color(*rgbFace[:3]), gc.get_alpha() if gc.get_forced_alpha() else rgbFace[-1])
        canvas.drawPath(drawn, stroke=int(stroke), fill=int(fill))
        canvas.restoreState()


def draw_figure(figure: Figure, canvas: Canvas, font: str, left: float, bottom: float) -> None:
    """A figure on a page, its corner at a place in points."""
    width, height = figure.get_size_inches() * 72
    canvas.saveState()
    canvas.translate(left, bottom)
    figure.draw(PageRenderer(canvas, font, width, height))
    canvas.restoreState()
