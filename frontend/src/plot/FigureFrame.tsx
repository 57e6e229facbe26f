import { Box, Skeleton, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type DefaultError, type QueryKey, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { useMemo } from "react";
import { ErrorBoundary, type FallbackProps } from "react-error-boundary";
import { ErrorState } from "../components/Loaded";
import { drawingQuery, type SizedFigure, type Span, withSpans } from "./figure-query";

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
  /** Drawn so high, whatever height the API chose. */
  fixedHeight?: number;
  queryFor: (view: View) => UseQueryOptions<SizedFigure, DefaultError, SizedFigure, K>;
  /** Stretches of the horizontal axis to mark. */
  spans?: Span[];
  onClick?: (point: ClickedPoint) => void;
  onSelect?: (points: ClickedPoint[]) => void;
}

/** A figure fetched for the theme and the width it is seen in, and drawn again when its data changes. */
export function FigureFrame<K extends QueryKey>(props: Props<K>) {
  const { name, label, queryFor, spans, onClick, onSelect, ...heights } = props;
  const { ref, width } = useElementSize();
  const theme = useComputedColorScheme("light");
  const rounded = Math.max(200, Math.round(width / 50) * 50); // a few pixels more are no new figure
  const query = useQuery({ ...queryFor({ theme, width: rounded }), enabled: width > 0 });
  const drawing = useQuery(drawingQuery);
  const { fixedHeight } = heights;
  const height = fixedHeight ?? heights.height;
  const figure = useMemo(
    () => query.data && withHeight(withSpans(query.data, spans), fixedHeight),
    [query.data, spans, fixedHeight],
  );
  const Plot = drawing.data?.default;
  const failed = [query, drawing].find(({ isError }) => isError);
  return (
    <Box ref={ref} mih={figure && Plot ? undefined : height} data-testid={`figure-${name}`}>
      {figure && Plot ? (
        <ErrorBoundary resetKeys={[figure]} FallbackComponent={NotDrawn}>
          {/* Laid out for another width, it is another drawing: an update would keep margins that do not fit. */}
          <Plot key={figure.drawnFor} figure={figure} label={label} onClick={onClick} onSelect={onSelect} />
        </ErrorBoundary>
      ) : failed?.error ? (
        <ErrorState error={failed.error} onRetry={() => failed.refetch()} />
      ) : (
        <Skeleton height={height} />
      )}
    </Box>
  );
}

function withHeight(figure: SizedFigure, height: number | undefined): SizedFigure {
  return height === undefined ? figure : { ...figure, layout: { ...figure.layout, height } };
}

function NotDrawn({ error, resetErrorBoundary }: FallbackProps) {
  return <ErrorState error={error instanceof Error ? error : new Error(String(error))} onRetry={resetErrorBoundary} />;
}
