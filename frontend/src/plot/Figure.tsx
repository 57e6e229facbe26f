import { Box, Skeleton, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { lazy, Suspense } from "react";
import { ErrorState } from "../components/ErrorState";
import { type FigureChoice, type FigureName, figureQuery } from "./figure-query";

const Plot = lazy(() => import("./Plot"));

interface Props {
  runId: number;
  name: FigureName;
  label: string;
  choice?: FigureChoice;
  height?: number;
  onClick?: (point: ClickedPoint) => void;
}

/** A figure of a run, fetched for the theme and the width it is seen in, and drawn again when the run changes. */
export function Figure({ runId, name, label, choice, height = 320, onClick }: Props) {
  const { ref, width } = useElementSize();
  const theme = useComputedColorScheme("light");
  const rounded = Math.max(200, Math.round(width / 50) * 50); // a few pixels more are no new figure
  const query = useQuery({
    ...figureQuery(runId, name, { ...choice, theme, width: rounded }),
    enabled: width > 0,
  });
  return (
    <Box ref={ref} mih={query.data ? undefined : height} data-testid={`figure-${name}`}>
      {query.data ? (
        <Suspense fallback={<Skeleton height={height} />}>
          <Plot figure={query.data} label={label} onClick={onClick} />
        </Suspense>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Skeleton height={height} />
      )}
    </Box>
  );
}
