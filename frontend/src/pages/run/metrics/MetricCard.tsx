import { ActionIcon, Box, Group, Paper, Skeleton, Text } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { IconPin, IconPinFilled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { smallDrawingQuery } from "../../../plot/figure-query";
import type { Charts } from "./charts-query";
import type { MetricInfo } from "./choice";

const HEIGHT = 190;
const NOT_DRAWN = <Text size="sm">This chart cannot be drawn.</Text>;

interface Props {
  metric: MetricInfo;
  chart: Charts["charts"][number] | undefined;
  /** The runs in the order of their colours. */
  order: number[];
  pinned: boolean;
  linked: Set<HTMLElement>;
  onPin: () => void;
  /** Whether the card is on the screen or near it. */
  onSeen: (name: string, seen: boolean) => void;
}

/** A metric with its chart, which is drawn only while it can be seen. */
export function MetricCard({ metric, chart, order, pinned, linked, onPin, onSeen }: Props) {
  const { ref, entry } = useIntersection({ rootMargin: "300px 0px" });
  const seen = entry?.isIntersecting ?? false;
  const { name } = metric;
  const drawing = useQuery(smallDrawingQuery);
  const SmallPlot = drawing.data?.default;
  useEffect(() => onSeen(name, seen), [name, seen, onSeen]);
  const figure = useMemo(
    () => chart && { data: order.flatMap((run) => chart.traces[run] ?? []), layout: chart.layout },
    [chart, order],
  );
  return (
    <Paper ref={ref} withBorder p="xs" data-testid={`metric-${name}`}>
      <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} size="sm" truncate title={metric.title}>
            {metric.title}
            {unitOf(metric)}
          </Text>
          <Text size="xs" c="dimmed" lineClamp={2} mih={36}>
            {metric.meaning || "Reported by a plugin under this name"}
          </Text>
        </div>
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-pressed={pinned}
          aria-label={`${pinned ? "Unpin" : "Pin"} ${metric.title}`}
          onClick={onPin}
        >
          {pinned ? <IconPinFilled size={14} /> : <IconPin size={14} />}
        </ActionIcon>
      </Group>
      <Box h={HEIGHT}>
        {seen && figure && SmallPlot ? (
          <ErrorBoundary resetKeys={[figure]} fallback={NOT_DRAWN}>
            <SmallPlot figure={figure} label={metric.title} linked={linked} />
          </ErrorBoundary>
        ) : drawing.isError ? (
          NOT_DRAWN
        ) : (
          <Skeleton height={HEIGHT} animate={seen} />
        )}
      </Box>
    </Paper>
  );
}

const unitOf = ({ unit }: MetricInfo) => (["", "share", "episodes"].includes(unit) ? "" : ` (${unit})`);
