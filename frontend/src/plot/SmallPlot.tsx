import Plotly, { type Figure, type PlotElement } from "plotly.js-cartesian-dist-min";
import { useEffect, useRef } from "react";
import { useErrorBoundary } from "react-error-boundary";

interface Props {
  figure: Figure;
  label: string;
  /** Charts on one page whose cursors move together. */
  linked: Set<HTMLElement>;
}

const CONFIG = { displayModeBar: false, displaylogo: false, scrollZoom: false };

/** A chart among many: without buttons, and with a cursor that the others follow. */
export default function SmallPlot({ figure, label, linked }: Props) {
  const place = useRef<HTMLElement>(null);
  const { showBoundary } = useErrorBoundary();

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let stopped = false;
    Plotly.react(element, figure.data, { ...figure.layout, autosize: true, dragmode: false }, CONFIG)
      .then((drawn) => {
        if (!stopped) follow(drawn, linked);
      })
      .catch((error: unknown) => stopped || showBoundary(error));
    return () => {
      stopped = true;
    };
  }, [figure, linked, showBoundary]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && linked.has(element)) Plotly.Plots.resize(element).catch(showBoundary);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      linked.delete(element);
      Plotly.purge(element);
    };
  }, [linked, showBoundary]);

  return <figure ref={place} aria-label={label} style={{ margin: 0, width: "100%", height: figure.layout?.height }} />;
}

/** Where the cursor is over one chart, the others show their values too. */
function follow(drawn: PlotElement, linked: Set<HTMLElement>) {
  linked.add(drawn);
  drawn.removeAllListeners?.("plotly_hover");
  drawn.removeAllListeners?.("plotly_unhover");
  const others = () => [...linked].filter((element) => element !== drawn);
  drawn.on("plotly_hover", ({ points }) => {
    const at = points[0]?.x;
    for (const other of others()) Plotly.Fx.hover(other, { xval: at }, "xy", true);
  });
  drawn.on("plotly_unhover", () => {
    for (const other of others()) Plotly.Fx.unhover(other, {}, "xy");
  });
}
