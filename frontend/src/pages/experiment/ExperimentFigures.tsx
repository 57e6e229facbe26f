import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { comparisonQuery, experimentFiguresQuery } from "../../api/experiments";
import type { PairComparison } from "../../api/types";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { ExperimentFigure } from "../../plot/Figure";
import { useCompared } from "./useCompared";

/** Every figure that the API lists for the experiment. */
export function ExperimentFigures({ id }: { id: number }) {
  const { choice } = useCompared();
  const figures = useQuery(experimentFiguresQuery(id));
  const pairs = useQuery(comparisonQuery(id, choice)).data?.pairs ?? [];
  const [place, setPlace] = useState(0);
  const pair = pairs[place];
  return (
    <Loaded query={figures} rows={8}>
      {(list) =>
        list.map(({ name, title, description, controls }) => {
          const paired = controls.includes("pair") && pairs.length > 1;
          const own = paired && pair ? { ...choice, ours: pair.ours, theirs: pair.theirs } : choice;
          return (
            <Panel
              key={name}
              title={title}
              text={description}
              actions={paired && <PairChoice pairs={pairs} place={place} onChange={setPlace} />}
            >
              <ExperimentFigure experimentId={id} name={name} label={title} choice={own} height={HEIGHT} />
            </Panel>
          );
        })
      }
    </Loaded>
  );
}

const HEIGHT = 320;

interface PairProps {
  pairs: PairComparison[];
  place: number;
  onChange: (place: number) => void;
}

function PairChoice({ pairs, place, onChange }: PairProps) {
  return (
    <Select
      size="xs"
      w={260}
      aria-label="Pair of arms"
      data={pairs.map(({ ours, theirs }, index) => ({ value: String(index), label: `${ours} vs ${theirs}` }))}
      value={String(place)}
      onChange={(value) => onChange(Number(value ?? 0))}
      allowDeselect={false}
      searchable
    />
  );
}
