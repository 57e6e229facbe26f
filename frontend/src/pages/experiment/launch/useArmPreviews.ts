import { useDebouncedValue } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { api, unwrap } from "../../../api/client";
import { ApiError, type FieldError } from "../../../api/problem";
import { changesOf, merge, type PartialConfig } from "../../../form/merge";
import { asBody } from "../../new-run/usePreview";
import type { Arm } from "./arms";

export interface ArmPreview {
  /** Environment steps of one run. */
  steps: number | undefined;
  /** Seconds of one run, null while no speed is known. */
  seconds: number | null;
  errors: FieldError[];
}

/** What a run of each arm costs and what is wrong with it, asked for when typing pauses. */
export function useArmPreviews(preset: string, base: PartialConfig, shared: PartialConfig, arms: Arm[]): ArmPreview[] {
  const [settled] = useDebouncedValue({ shared, arms }, 400);
  return useQueries({
    queries: settled.arms.map((arm) => {
      const config = changesOf(base, merge(settled.shared, arm.config));
      return {
        queryKey: ["preview", preset, config],
        queryFn: ({ signal }) => unwrap(api.POST("/api/v1/runs/preview", { body: asBody({ preset, config }), signal })),
        staleTime: 60_000,
        gcTime: 60_000,
      };
    }),
    combine: (results) =>
      results.map(({ data, error }) => ({
        steps: data?.phases.reduce((sum, phase) => sum + phase.budget_steps, 0),
        seconds: data?.eta_seconds ?? null,
        errors: error instanceof ApiError ? refusals(error) : [],
      })),
  });
}

const refusals = (error: ApiError) =>
  error.errors.length > 0 ? error.errors : [{ field: "config", message: error.message }];
