import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { FigureInfo, Run } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { runFiguresQuery, type Span } from "../../../plot/figure-query";
import { FigurePanel } from "./FigurePanel";

interface Props {
  run: Run;
  tab: NonNullable<FigureInfo["tab"]>;
  /** On the page of one variation, its number. */
  variation?: number;
  /** What the page shows beside the figures that it knows, by their names. */
  beside?: Record<string, { above?: ReactNode; below?: ReactNode; spans?: Span[] }>;
}

/** The figures that the API lists for a tab of the run, each in a panel of its own. */
export function RunFigures({ run, tab, variation, beside = {} }: Props) {
  const query = useQuery(runFiguresQuery(run.id));
  return (
    <Loaded query={query} rows={8}>
      {(figures) =>
        figures
          .filter((figure) => figure.tab === tab && (figure.ready || !figure.optional))
          .map((figure) => (
            <FigurePanel key={figure.name} run={run} figure={figure} variation={variation} {...beside[figure.name]} />
          ))
      }
    </Loaded>
  );
}
