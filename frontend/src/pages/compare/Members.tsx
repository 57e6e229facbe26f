import { Anchor, Group, Pill, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { Chosen } from "../../api/comparing";
import { experimentQuery, foundExperimentsQuery } from "../../api/experiments";
import { meantQuery } from "../../api/notes";

interface Props {
  chosen: Chosen;
  choose: (changes: Partial<Chosen>) => void;
}

const MOST_SHOWN = 24;

/** What is compared, piece by piece, and a search to add more. */
export function Members({ chosen, choose }: Props) {
  const { runs, experiments, arms } = chosen;
  return (
    <Group gap="xs" align="center">
      {experiments.map((id) => (
        <Piece key={`e${id}`} onRemove={() => choose({ experiments: experiments.filter((one) => one !== id) })}>
          <ExperimentLink id={id} />
        </Piece>
      ))}
      {arms.map((arm) => (
        <Piece key={arm} onRemove={() => choose({ arms: arms.filter((one) => one !== arm) })}>
          {arm.replace(/^\d+:/, "")} of <ExperimentLink id={Number(arm.split(":")[0])} />
        </Piece>
      ))}
      {runs.slice(0, MOST_SHOWN).map((id) => (
        <Piece key={`r${id}`} onRemove={() => choose({ runs: runs.filter((one) => one !== id) })}>
          <Anchor component={Link} to={`/runs/${id}`} size="xs" underline="always">
            run {id}
          </Anchor>
        </Piece>
      ))}
      {runs.length > MOST_SHOWN && <Text size="sm">and {runs.length - MOST_SHOWN} more runs</Text>}
      <Add chosen={chosen} choose={choose} />
    </Group>
  );
}

function Piece({ children, onRemove }: { children: ReactNode; onRemove: () => void }) {
  return (
    <Pill
      withRemoveButton
      size="md"
      maw="100%"
      onRemove={onRemove}
      removeButtonProps={{ "aria-label": "Leave out", "aria-hidden": false, tabIndex: 0 }}
    >
      {children}
    </Pill>
  );
}

function ExperimentLink({ id }: { id: number }) {
  const { data } = useQuery({ ...experimentQuery(id), retry: false });
  return (
    <Anchor component={Link} to={`/experiments/${id}`} size="xs" underline="always">
      {data?.name ?? `experiment ${id}`}
    </Anchor>
  );
}

/** Finds runs and experiments by their names. */
export function Add({ chosen, choose }: Props) {
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const runs = useQuery(meantQuery(wanted)).data ?? [];
  const experiments = useQuery(foundExperimentsQuery(wanted)).data ?? [];
  const groups = [
    {
      group: "Experiments",
      items: experiments
        .filter(({ id }) => !chosen.experiments.includes(id))
        .map(({ id, name }) => ({ value: `experiments:${id}`, label: `${name} (experiment ${id})` })),
    },
    {
      group: "Runs",
      items: runs
        .filter(({ id }) => !chosen.runs.includes(id))
        .map(({ id, name }) => ({ value: `runs:${id}`, label: `${name} (run ${id})` })),
    },
  ];
  const add = (value: string | null) => {
    const [kind, id] = (value ?? "").split(":");
    if (kind !== "runs" && kind !== "experiments") return;
    choose({ [kind]: [...chosen[kind], Number(id)] });
    setText("");
  };
  return (
    <Select
      size="xs"
      w={{ base: "100%", xs: 260 }}
      placeholder="Add a run or an experiment"
      aria-label="Add a run or an experiment"
      data={groups}
      value={null}
      searchValue={text}
      onSearchChange={setText}
      onChange={add}
      filter={({ options }) => options} // the server has searched
      nothingFoundMessage="Nothing of this name"
      searchable
      limit={100}
    />
  );
}
