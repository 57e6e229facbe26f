import { Group } from "@mantine/core";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { type ReactNode, useState } from "react";
import type { FigureInfo, Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { Figure } from "../../../plot/Figure";
import type { Span } from "../../../plot/figure-query";
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
}

/** A figure of a run with its heading, its help and the controls that it offers. */
export function FigurePanel({ run, figure, above, below, spans }: Props) {
  const { metric } = useMetric(run.suite);
  const epochs = useEpochChoice(run);
  const curves = useCurveChoice();
  const [variations, setVariations] = useState<number[] | null>(null);
  const offers = (control: FigureInfo["controls"][number]) => figure.controls.includes(control);
  const onClick = (point: ClickedPoint) => {
    if (offers("variations")) setVariations(variationsOf(point));
    if (offers("specialist")) curves.setSpecialist(specialistAt(point) ?? curves.specialist);
  };
  return (
    <Panel
      title={figure.title}
      text={figure.description}
      actions={
        <Group gap="xs">
          {offers("epochs") && <EpochModes choice={epochs} onChange={() => setVariations(null)} />}
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
        }}
        onClick={onClick}
      />
      {variations && <BinList run={run} variations={variations} onClose={() => setVariations(null)} />}
      {below}
    </Panel>
  );
}

function variationsOf(point: ClickedPoint): number[] {
  const data = point.customdata;
  const list = Array.isArray(data) ? data : [data];
  return list.filter((value): value is number => typeof value === "number");
}
