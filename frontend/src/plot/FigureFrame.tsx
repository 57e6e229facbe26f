import { Box, Skeleton, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type DefaultError, type QueryKey, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import type { ClickedPoint, Figure } from "plotly.js-cartesian-dist-min";
import { lazy, Suspense } from "react";
import { ErrorState } from "../components/Loaded";

const Plot = lazy(() => import("./Plot"));

/** How a figure is going to be seen. */
export interface View {
  theme: "light" | "dark";
  /** CSS pixels. */
  width: number;
}

interface Props<K extends QueryKey> {
  name: string;
  label: string;
  height: number;
  queryFor: (view: View) => UseQueryOptions<Figure, DefaultError, Figure, K>;
  onClick?: (point: ClickedPoint) => void;
}

/** A figure fetched for the theme and the width it is seen in, and drawn again when its data changes. */
export function FigureFrame<K extends QueryKey>({ name, label, height, queryFor, onClick }: Props<K>) {
  const { ref, width } = useElementSize();
  const theme = useComputedColorScheme("light");
  const rounded = Math.max(200, Math.round(width / 50) * 50); // a few pixels more are no new figure
  const query = useQuery({ ...queryFor({ theme, width: rounded }), enabled: width > 0 });
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
