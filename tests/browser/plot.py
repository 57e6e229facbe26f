"""A figure under the mouse, as a person handles it: who hits nothing points again.

Plotly answers a click only where its own hover has found something, and a page that is still loading moves its figures.
"""

from collections.abc import Callable

from playwright.sync_api import Error, Locator, Position, expect

_ONCE_MS, _TIMES = 1000, 15
_POINT = """(figure, [name, index]) => {
    const {_fullData, _fullLayout} = figure.querySelector('.js-plotly-plot')
    const line = _fullData.find(trace => trace.name === name), at = index < 0 ? line.x.length + index : index
    return {x: _fullLayout.xaxis.d2p(line.x[at]), y: _fullLayout.yaxis.d2p(line.y[at])}
}"""
_TALLEST = """figure => {
    const area = figure.querySelector('.nsewdrag').getBoundingClientRect()
    const boxes = [...figure.querySelectorAll('.bars .point path')].map(bar => bar.getBoundingClientRect())
    const tallest = boxes.reduce((one, other) => one.height >= other.height ? one : other)
    return {x: tallest.x + tallest.width / 2 - area.x, y: tallest.y + tallest.height / 2 - area.y}
}"""


def click_point(figure: Locator, line: str, index: int) -> None:
    """Click a point of a line; a negative index counts from its end."""
    _click(figure, lambda: figure.evaluate(_POINT, [line, index]))


def click_tallest_bar(figure: Locator) -> None:
    expect(figure.locator(".bars .point path").first).to_be_attached()
    _click(figure, lambda: figure.evaluate(_TALLEST))


def drag_across(figure: Locator, effect: Locator) -> None:
    """Drag over the whole width, until `effect` is seen."""

    def drag() -> None:
        area = _area(figure).bounding_box()
        assert area
        mouse, middle = figure.page.mouse, area["y"] + area["height"] / 2
        mouse.move(area["x"] + 1, middle)
        mouse.down()
        mouse.move(area["x"] + area["width"] - 2, middle, steps=5)
        mouse.up()

    _until_seen(drag, effect)


def _click(figure: Locator, place: Callable[[], Position]) -> None:
    area = _area(figure)

    def point() -> None:
        at = place()
        area.hover(position={"x": at["x"] + 2, "y": at["y"]}, force=True)
        area.hover(position={"x": at["x"], "y": at["y"]}, force=True)

    _until_seen(point, figure.locator(".hoverlayer .hovertext").first)
    area.click(position=place(), force=True)


def _area(figure: Locator) -> Locator:
    area = figure.locator(".nsewdrag").first
    area.scroll_into_view_if_needed()
    return area


def _until_seen(act: Callable[[], None], effect: Locator) -> None:
    for _ in range(_TIMES):
        try:
            act()
            effect.wait_for(state="visible", timeout=_ONCE_MS)
        except Error:  # out of time, or the figure was drawn anew meanwhile
            continue
        return
    act()
    expect(effect).to_be_visible()
