import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { FigureFrame, type View } from "./FigureFrame";
import {
  type ExperimentFigureChoice,
  experimentFigureQuery,
  type FigureChoice,
  figureQuery,
  type Span,
  sweepFigureQuery,
} from "./figure-query";

interface Props {
  runId: number;
  name: string;
  label: string;
  choice?: FigureChoice;
  height?: number;
  /** Drawn so high, in pixels, whatever height the API chose. */
  fixedHeight?: number;
  spans?: Span[];
  onClick?: (point: ClickedPoint) => void;
  onSelect?: (points: ClickedPoint[]) => void;
}

/** A figure of a run. */
export function Figure({ runId, name, choice, height = 320, ...shown }: Props) {
  const queryFor = (view: View) => figureQuery(runId, name, { ...choice, ...view });
  return <FigureFrame {...shown} name={name} height={height} queryFor={queryFor} />;
}

interface ExperimentProps {
  experimentId: number;
  name: string;
  label: string;
  choice: ExperimentFigureChoice;
  height: number;
}

/** A figure of an experiment. */
export function ExperimentFigure({ experimentId, choice, ...shown }: ExperimentProps) {
  const queryFor = (view: View) => experimentFigureQuery(experimentId, shown.name, { ...choice, ...view });
  return <FigureFrame {...shown} queryFor={queryFor} />;
}

/** A figure of a sweep. */
export function SweepFigure({ experimentId, ...shown }: Omit<ExperimentProps, "choice">) {
  return <FigureFrame {...shown} queryFor={(view: View) => sweepFigureQuery(experimentId, shown.name, view)} />;
}
