declare module "plotly.js-cartesian-dist-min" {
  export interface Figure {
    data: unknown[];
    layout?: Record<string, unknown> & { height?: number };
  }
  export interface ClickedPoint {
    customdata?: unknown;
    data?: { meta?: { specialist?: string | null } };
    x?: unknown;
    y?: unknown;
  }
  export interface PlotElement extends HTMLElement {
    on(
      event: "plotly_click" | "plotly_hover" | "plotly_unhover",
      handler: (event: { points: ClickedPoint[] }) => void,
    ): void;
    on(event: "plotly_selected", handler: (event?: { points: ClickedPoint[] }) => void): void;
    removeAllListeners?(event: string): void;
  }
  const Plotly: {
    react(element: HTMLElement, data: unknown[], layout: object, config: object): Promise<PlotElement>;
    downloadImage(
      figure: Figure,
      options: { format: string; width: number; height: number; scale: number; filename: string },
    ): Promise<string>;
    purge(element: HTMLElement): void;
    Plots: { resize(element: HTMLElement): Promise<void> };
    Fx: {
      /** Shows what is at a place of the axis; `silent` if nobody is to be told. */
      hover(element: HTMLElement, at: { xval: unknown }, subplot: string, silent: boolean): void;
      unhover(element: HTMLElement, at: object, subplot: string): void;
    };
  };
  export default Plotly;
}
