import { Box, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workerUsageQuery } from "../../api/queries";
import type { Worker } from "../../api/types";
import { Sparkline } from "../../components/Sparkline";
import { binned, type Line, linesOf, spanOf } from "./usage";

interface Props {
  worker: Worker;
  hours: number;
}

/** What the worker's machine does now, and did in the last hours. Workers of earlier versions do not say it. */
export function WorkerUsage({ worker, hours }: Props) {
  const usage = useQuery(workerUsageQuery(worker.name, hours));
  const samples = usage.data?.samples ?? [];
  const newest = worker.use ?? samples.at(-1)?.use;
  if (!newest) return null;
  const { minutes } = spanOf(`${hours}`);
  return (
    <Box
      component="dl"
      aria-label={`Use of ${worker.name}`}
      m={0}
      style={{ display: "grid", gridTemplateColumns: "auto 1fr auto", columnGap: 12, rowGap: 2, alignItems: "center" }}
    >
      {linesOf(newest, worker.use !== null).map((line) => (
        <Row key={line.title} line={line} values={binned(samples, line.of, hours, minutes, Date.now())} hours={hours} />
      ))}
    </Box>
  );
}

function Row({ line, values, hours }: { line: Line; values: (number | null)[]; hours: number }) {
  const most = line.most ?? Math.max(0, ...values.filter((value) => value !== null));
  return (
    <>
      <Text component="dt" size="xs" c="dimmed">
        {line.title}
      </Text>
      <Text component="dd" m={0} size="xs" className="tabular">
        {line.now}
      </Text>
      <Box
        component="dd"
        m={0}
        h={23}
        w={110}
        c="blue"
        style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
      >
        <Sparkline
          values={values}
          label={`${line.title} in the last ${hours === 1 ? "hour" : `${hours} hours`}`}
          width={110}
          height={22}
          span={[0, most]}
        />
      </Box>
    </>
  );
}
