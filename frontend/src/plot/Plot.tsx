import Plotly, { type ClickedPoint, type Figure, type PlotElement } from "plotly.js-cartesian-dist-min";
import { useEffect, useRef } from "react";
import { useErrorBoundary } from "react-error-boundary";

export interface PlotProps {
  figure: Figure;
  label: string;
  onClick?: (point: ClickedPoint) => void;
  /** With it the mouse drags a stretch of the horizontal axis, whose points are told. */
  onSelect?: (points: ClickedPoint[]) => void;
}

/** Draws a Plotly figure as wide as its place; knows nothing of where figures come from. */
export default function Plot({ figure, label, onClick, onSelect }: PlotProps) {
  const place = useRef<HTMLElement>(null);
  const { showBoundary } = useErrorBoundary();
  const clicked = useRef(onClick);
  clicked.current = onClick;
  const selected = useRef(onSelect);
  selected.current = onSelect;
  const selects = onSelect !== undefined;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let stopped = false;
    inTurn(() => (stopped ? null : Plotly.react(element, figure.data, layoutOf(figure, selects), config())))
      .then((drawn: PlotElement | null) => {
        if (stopped || !drawn) return;
        drawn.removeAllListeners?.("plotly_click");
        drawn.on("plotly_click", ({ points }) => points[0] && clicked.current?.(points[0]));
        drawn.removeAllListeners?.("plotly_selected");
        drawn.on("plotly_selected", (event) => event?.points.length && selected.current?.(event.points));
      })
      .catch((error: unknown) => stopped || showBoundary(error));
    return () => {
      stopped = true;
    };
  }, [figure, selects, showBoundary]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (!element.classList.contains("js-plotly-plot") || element.clientWidth === 0) return;
      attempt(() => Plotly.Plots.resize(element)).catch(showBoundary);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      Plotly.purge(element);
    };
  }, [showBoundary]);

  return (
    <figure
      ref={place}
      aria-label={label}
      className="plot"
      style={{ margin: 0, width: "100%", minHeight: figure.layout?.height }}
    />
  );
}

let turn: Promise<unknown> = Promise.resolve();

/** One figure after the other, each seen before the next is drawn; what was replaced meanwhile is not drawn at all. */
function inTurn<T>(draw: () => T): Promise<Awaited<T>> {
  const drawn = turn.then(() => new Promise((resolve) => setTimeout(resolve))).then(draw);
  turn = drawn.catch(() => undefined); // whoever asked is told
  return drawn as Promise<Awaited<T>>;
}

/** What a function throws becomes a rejection, like what its promise fails with. */
const attempt = async (act: () => unknown) => await act();

const isTouch = () => window.matchMedia("(pointer: coarse)").matches;

/** Buttons come with the mouse; on a touch screen they would hide the legend. */
const config = () => ({
  displaylogo: false,
  displayModeBar: isTouch() ? false : "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"], // nothing leaves the server
});

/** A finger scrolls the page; only a mouse drags, a zoom or a selection. */
function layoutOf(figure: Figure, selects: boolean): object {
  const selecting = { dragmode: "select", selectdirection: "h", selections: [] };
  const drag = isTouch() ? { dragmode: false } : selects ? selecting : {};
  return { ...figure.layout, width: undefined, autosize: true, ...drag };
}
