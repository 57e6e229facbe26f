import { FigureFrame, type View } from "./FigureFrame";
import { type ExperimentFigureChoice, type ExperimentFigureName, experimentFigureQuery } from "./figure-query";

interface Props {
  experimentId: number;
  name: ExperimentFigureName;
  label: string;
  choice: ExperimentFigureChoice;
  height: number;
}

/** A figure of an experiment. */
export function ExperimentFigure({ experimentId, choice, ...shown }: Props) {
  const queryFor = (view: View) => experimentFigureQuery(experimentId, shown.name, { ...choice, ...view });
  return <FigureFrame {...shown} queryFor={queryFor} />;
}
