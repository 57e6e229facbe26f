import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Exporter = Schemas["ExporterPublic"];
export type ExporterName = Exporter["name"];
export type Export = Schemas["ExportPublic"];

/** Formats of other tools in which the server can write runs. */
const exportersQuery = queryOptions({
  queryKey: ["exporters"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/exporters", { signal })),
});

const NONE: Exporter[] = [];

export const useExporters = (): Exporter[] => useQuery(exportersQuery).data ?? NONE;

/** In which formats a run is exported, and how far. */
export const runExportersQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.run(id), "exporters"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/exporters", { params: { path: { run_id: id } }, signal })),
  });

const SHORT: Record<ExporterName, string> = { tensorboard: "TensorBoard", wandb: "W&B" };

/** Their names in few words, as on a button. */
export const inShort = (names: readonly ExporterName[]) => names.map((name) => SHORT[name]).join(", ");

/** What a run is exported in: what was chosen for it, or else what the server's settings say. */
export function useChosen(names: readonly ExporterName[] | null | undefined): ExporterName[] {
  const exporters = useExporters();
  return useMemo(() => (names ? [...names] : byDefault(exporters)), [names, exporters]);
}

const byDefault = (exporters: Exporter[]): ExporterName[] =>
  exporters.filter((exporter) => exporter.by_default).map((exporter) => exporter.name);
