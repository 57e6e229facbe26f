import { Group } from "@mantine/core";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import type { ReactNode } from "react";
import type { FigureInfo, Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { Figure } from "../../../plot/Figure";
import type { Span } from "../../../plot/figure-query";
import { useChoice } from "../variations/useChoice";
import { BinList } from "./BinList";
import { AxisChoice, SpecialistChoice, specialistAt, useCurveChoice } from "./CurveChoice";
import { EpochModes, EpochSlider, useEpochChoice } from "./EpochChoice";
import { MetricChoice, useMetric } from "./MetricChoice";

interface Props {
  run: Run;
  figure: FigureInfo;
  above?: ReactNode;
  below?: ReactNode;
  spans?: Span[];
  /** Whether the chosen variations are listed below a figure in which they can be chosen. */
  listed?: boolean;
  /** The one variation that the figure is of, whatever is chosen. */
  variation?: number;
}

/** A figure of a run with its heading, its help and the controls that it offers. */
export function FigurePanel({ run, figure, above, below, spans, listed = true, variation }: Props) {
  const { metric } = useMetric(run.suite);
  const epochs = useEpochChoice(run);
  const curves = useCurveChoice();
  const choice = useChoice();
  const followed = variation === undefined ? choice.text : `${variation}`;
  const offers = (control: FigureInfo["controls"][number]) => figure.controls.includes(control);
  const onClick = (point: ClickedPoint) => {
    if (offers("variations")) choice.choose(variationsOf(point));
    if (offers("specialist")) curves.setSpecialist(specialistAt(point) ?? curves.specialist);
  };
  return (
    <Panel
      title={figure.title}
      text={figure.description}
      actions={
        <Group gap="xs">
          {offers("epochs") && <EpochModes choice={epochs} />}
          {offers("axis") && <AxisChoice />}
          {offers("specialist") && <SpecialistChoice run={run} />}
          {offers("metric") && <MetricChoice suite={run.suite} />}
        </Group>
      }
    >
      {above}
      {offers("epochs") && <EpochSlider choice={epochs} />}
      <Figure
        runId={run.id}
        name={figure.name}
        label={figure.title}
        spans={spans}
        choice={{
          ...(offers("metric") ? { metric } : {}),
          ...(offers("epochs") ? { epochs: epochs.query } : {}),
          ...(offers("axis") ? { axis: curves.axis } : {}),
          ...(offers("specialist") && curves.specialist ? { specialist: curves.specialist } : {}),
          ...(offers("choice") && followed ? { variations: followed } : {}),
        }}
        onClick={onClick}
        onSelect={offers("variations") ? (points) => choice.choose(points.flatMap(variationsOf)) : undefined}
      />
      {listed && offers("variations") && choice.chosen && (
        <BinList run={run} variations={[...choice.chosen]} onClose={() => choice.choose(null)} />
      )}
      {below}
    </Panel>
  );
}

function variationsOf(point: ClickedPoint): number[] {
  const data = point.customdata;
  const list = Array.isArray(data) ? data : [data];
  return list.filter((value): value is number => typeof value === "number");
}
