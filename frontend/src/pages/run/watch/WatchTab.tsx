import { NumberInput, Select, Stack, Text } from "@mantine/core";
import { IconMovie } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { latestReturnsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { videoChoicesQuery } from "../../../api/videos";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { useAddress } from "../../../routing/useAddress";
import { worst } from "../../../videos/choices";
import { Refusal, VariationVideos } from "../../../videos/VariationVideos";
import { Wall } from "./Wall";

const MOST_LISTED = 2000;

/** The run's policies at work: side by side on one variation, and the newest one on those that it is worst at. */
export function WatchTab({ run }: { run: Run }) {
  const choices = useQuery(videoChoicesQuery(run.id));
  const [variation, setVariation] = useVariation(run.id);
  return (
    <Loaded query={choices}>
      {({ checkpoints, refusal }) =>
        checkpoints.length === 0 ? (
          <Stack>
            <Refusal text={refusal ?? null} />
            <EmptyState
              icon={IconMovie}
              title="Nothing to watch yet"
              text="Once a policy is stored, it can be filmed."
            />
          </Stack>
        ) : (
          <Stack gap="md">
            <Panel
              title="Side by side"
              text="A worker plays and films one episode of each policy. Steps are counted as viewing, outside the budget."
              actions={<VariationChoice runId={run.id} value={variation} onChange={setVariation} />}
            >
              {variation === null ? (
                <Text c="dimmed">Choose a variation.</Text>
              ) : (
                <VariationVideos runId={run.id} variation={variation} />
              )}
            </Panel>
            <Wall run={run} checkpoints={checkpoints} possible={!refusal} open={setVariation} />
          </Stack>
        )
      }
    </Loaded>
  );
}

/** The variation is in the URL; at first it is the one that the run is worst at. */
function useVariation(runId: number): [number | null, (variation: number) => void] {
  const { params, change } = useAddress();
  const returns = useQuery(latestReturnsQuery(runId, "evaluation")).data?.items ?? [];
  const asked = params.get("variation");
  const set = (variation: number) => change({ variation: String(variation) });
  if (asked !== null && /^\d{1,15}$/.test(asked)) return [Number(asked), set];
  return [worst(returns, 1)[0]?.variation ?? null, set];
}

interface ChoiceProps {
  runId: number;
  value: number | null;
  onChange: (variation: number) => void;
}

/** By name of those that were measured; where they are too many or none is, by number. */
function VariationChoice({ runId, value, onChange }: ChoiceProps) {
  const trained = useQuery(latestReturnsQuery(runId, "evaluation")).data?.items ?? [];
  const heldOut = useQuery(latestReturnsQuery(runId, "held_out")).data?.items ?? [];
  const option = (one: { variation: number; name: string }) => ({ value: String(one.variation), label: one.name });
  const known = trained.length + heldOut.length;
  if (!known || known > MOST_LISTED)
    return (
      <NumberInput
        label="Variation"
        w={160}
        min={0}
        allowDecimal={false}
        value={value ?? ""}
        onChange={(number) => typeof number === "number" && onChange(number)}
      />
    );
  return (
    <Select
      label="Variation"
      w={240}
      searchable
      allowDeselect={false}
      value={value === null ? null : String(value)}
      onChange={(chosen) => chosen !== null && onChange(Number(chosen))}
      data={[
        { group: "Training", items: trained.map(option) },
        { group: "Held out", items: heldOut.map(option) },
      ].filter(({ items }) => items.length)}
    />
  );
}
