import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { FigureFrame } from "./FigureFrame";
import { type FigureChoice, type FigureName, figureQuery } from "./figure-query";

interface Props {
  runId: number;
  name: FigureName;
  label: string;
  choice?: FigureChoice;
  height?: number;
  onClick?: (point: ClickedPoint) => void;
}

/** A figure of a run. */
export function Figure({ runId, name, choice, height = 320, ...shown }: Props) {
  const queryFor = (view: { theme: "light" | "dark"; width: number }) =>
    figureQuery(runId, name, { ...choice, ...view });
  return <FigureFrame {...shown} name={name} height={height} queryFor={queryFor} />;
}
