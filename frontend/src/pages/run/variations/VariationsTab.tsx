import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { variationsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { many } from "../../../format/numbers";
import { runFiguresQuery } from "../../../plot/figure-query";
import { FigurePanel } from "../figures/FigurePanel";
import { useMetric } from "../figures/MetricChoice";
import { RunFigures } from "../figures/RunFigures";
import { ChoiceControls } from "./ChoiceControls";
import { useChoice, useClusters, useEscape } from "./useChoice";
import { VariationLinks } from "./VariationLink";
import { VariationsTable } from "./VariationsTable";

/** The variations: what is chosen in the histogram, everything below it follows. */
export function VariationsTab({ run }: { run: Run }) {
  const { hasSuccess } = useMetric(run.suite);
  const figures = useQuery(runFiguresQuery(run.id)).data ?? [];
  const histogram = figures.find((figure) => figure.name === "variation_histogram" && figure.ready);
  return (
    <Stack gap="md">
      {histogram && (
        <FigurePanel
          run={run}
          figure={{ ...histogram, description: HELP }}
          below={<ChoiceControls run={run} />}
          listed={false}
        />
      )}
      <ChoiceBar run={run} />
      <RunFigures run={run} tab="variations" />
      <VariationsTable run={run} hasSuccess={hasSuccess} />
    </Stack>
  );
}

const HELP =
  "Choose variations: click a bar, drag over several, or use the slider or a cluster. Everything below shows the choice.";

const NAMED = 8;

/** Which variations everything on the tab follows, and the way back to all of them. */
function ChoiceBar({ run }: { run: Run }) {
  const { chosen, choose } = useChoice();
  const { clusters } = useClusters();
  const items = useQuery(variationsQuery(run.id, clusters)).data?.items ?? [];
  useEscape();
  if (!chosen) return null;
  const found = items.filter((item) => chosen.has(item.variation));
  return (
    <Paper withBorder p="xs" pos="sticky" top={60} style={{ zIndex: 2 }} role="status" aria-label="Chosen variations">
      <Group justify="space-between" gap="xs">
        <Group gap="xs" style={{ flex: "1 1 220px", minWidth: 0 }}>
          <Text size="sm" fw={600} className="tabular">
            {many(chosen.size, "variation")} chosen
          </Text>
          <VariationLinks runId={run.id} variations={found} most={NAMED} />
        </Group>
        <Button size="compact-sm" variant="light" leftSection={<IconX size={14} />} onClick={() => choose(null)}>
          Show all (Escape)
        </Button>
      </Group>
    </Paper>
  );
}
