import { SimpleGrid, Text, Title, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Run } from "../../../api/types";
import { ErrorState, Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { many } from "../../../format/numbers";
import { type Charts, chartsQuery, metricsQuery } from "./charts-query";
import { GROUPS, type MetricInfo, portions, sectionOf, shown, useChoice } from "./choice";
import { MetricCard } from "./MetricCard";
import { WallControls } from "./WallControls";

/** Every metric of training in a small chart; those on the screen are fetched and drawn. */
export function MetricsTab({ run }: { run: Run }) {
  const { choice, choose } = useChoice();
  const theme = useComputedColorScheme("light");
  const list = useQuery(metricsQuery(run.id, choice.others, theme));
  const found = useMemo(
    () => shown(list.data?.metrics ?? [], choice.find, choice.pinned),
    [list.data, choice.find, choice.pinned],
  );
  return (
    <Panel
      title="Metrics"
      text={`What learner and guide report of each epoch, its speed, and what it takes of the machine: ${many(found.length, "chart")}.`}
    >
      <WallControls run={run} choice={choice} choose={choose} runs={list.data?.runs ?? []} />
      <Loaded query={list} rows={8}>
        {({ runs, metrics }) =>
          found.length ? (
            <Wall run={run} runs={runs} metrics={found} theme={theme} />
          ) : (
            <Text size="sm">
              {metrics.length ? "No metric is called that." : "The charts start with the first epoch."}
            </Text>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface WallProps {
  run: Run;
  runs: Charts["runs"];
  metrics: MetricInfo[];
  theme: "light" | "dark";
}

function Wall({ run, runs, metrics, theme }: WallProps) {
  const { choice, choose } = useChoice();
  const { smoothing, scale, axis, others, pinned } = choice;
  const { ref, width } = useElementSize();
  const [linked] = useState(() => new Set<HTMLElement>());
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const mark = useCallback((name: string, is: boolean) => setSeen((old) => changed(old, name, is)), []);
  const columns = Math.max(1, Math.min(4, Math.floor(width / 280)));
  const look = { smoothing, scale, axis, others, theme, width: Math.max(100, Math.round(width / columns / 50) * 50) };
  const asked = portions(metrics);
  const queries = useQueries({
    queries: asked.map((names) => ({
      ...chartsQuery(run.id, names, look),
      enabled: width > 0 && names.some((name) => seen.has(name)),
    })),
  });
  const charts = new Map(queries.flatMap(({ data }) => data?.charts ?? []).map((chart) => [chart.name, chart]));
  const failed = queries.find((query) => query.isError);
  const order = useMemo(() => runs.map(({ id }) => id), [runs]);
  const pin = (name: string) =>
    choose({ pinned: pinned.includes(name) ? pinned.filter((each) => each !== name) : [...pinned, name] });
  return (
    <div ref={ref}>
      {failed && <ErrorState error={failed.error as Error} onRetry={() => failed.refetch()} />}
      {GROUPS.map(({ name: group, title }) => {
        const mine = metrics.filter((metric) => sectionOf(metric, pinned) === group);
        if (mine.length === 0) return null;
        return (
          <section key={group} aria-label={title}>
            <Title order={3} size="h5" mt="md" mb="xs">
              {title}
            </Title>
            <SimpleGrid cols={columns} spacing="sm">
              {mine.map((metric) => (
                <MetricCard
                  key={metric.name}
                  metric={metric}
                  chart={charts.get(metric.name)}
                  order={order}
                  pinned={pinned.includes(metric.name)}
                  linked={linked}
                  onPin={() => pin(metric.name)}
                  onSeen={mark}
                />
              ))}
            </SimpleGrid>
          </section>
        );
      })}
    </div>
  );
}

function changed(old: ReadonlySet<string>, name: string, is: boolean): ReadonlySet<string> {
  if (old.has(name) === is) return old;
  const next = new Set(old);
  if (is) next.add(name);
  else next.delete(name);
  return next;
}
