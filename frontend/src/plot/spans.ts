import type { SizedFigure } from "./figure-query";

/** A stretch of the horizontal axis that is marked on a figure, beside what the API drew. */
export interface Span {
  from: number;
  to: number;
  name: string;
}

/** The figure with the stretches marked. */
export function withSpans(figure: SizedFigure, spans: Span[] = []): SizedFigure {
  if (spans.length === 0) return figure;
  const { shapes = [], annotations = [] } = (figure.layout ?? {}) as Record<string, object[]>;
  const across = { yref: "y domain", xref: "x" };
  const bands = spans.map(({ from, to }) => ({
    type: "rect", x0: from, x1: to, y0: 0, y1: 1, ...across, fillcolor: "#be4bdb", opacity: 0.18, line: { width: 0 },
  })); // biome-ignore format: Plotly's names
  const names = spans.map(({ to, name }) => ({
    x: to, y: 0, text: name, ...across, showarrow: false, xanchor: "left", yanchor: "bottom",
  })); // biome-ignore format: as above
  const layout = { ...figure.layout, shapes: [...shapes, ...bands], annotations: [...annotations, ...names] };
  return { ...figure, layout };
}
