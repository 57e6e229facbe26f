import { Panel } from "../../components/Panel";
import { ExperimentFigure } from "../../plot/ExperimentFigure";
import type { ExperimentFigureName } from "../../plot/figure-query";
import { useCompared } from "./useCompared";

const FIGURES: { name: ExperimentFigureName; title: string; text: string; height: number }[] = [
  {
    name: "arm_curves",
    title: "Learning curves",
    text: "Each arm's mean over its seeds by environment steps; the band is its spread.",
    height: 360,
  },
  { name: "arm_scores", title: "Scores", text: "Each arm's estimates with their intervals.", height: 260 },
  {
    name: "performance_profile",
    title: "Performance profile",
    text: "Which share of the runs scores at least so much: a curve above another is better everywhere.",
    height: 320,
  },
  {
    name: "variation_differences",
    title: "Differences by variation",
    text: "What one arm gains over another on each variation, over paired seeds.",
    height: 320,
  },
];

export function ExperimentFigures({ id }: { id: number }) {
  const { choice } = useCompared();
  return FIGURES.map(({ name, title, text, height }) => (
    <Panel key={name} title={title} text={text}>
      <ExperimentFigure experimentId={id} name={name} label={title} choice={choice} height={height} />
    </Panel>
  ));
}
