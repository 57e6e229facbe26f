import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { ExperimentLaunch, ExperimentUpdate, GateApprove, Run, RunCreate, RunRecord, RunUpdate } from "./types";

function useRunMutation(runId?: number) {
  const client = useQueryClient();
  return {
    onSuccess: () => {
      for (const queryKey of [keys.runs, keys.inbox]) client.invalidateQueries({ queryKey });
      if (runId !== undefined) client.invalidateQueries({ queryKey: keys.run(runId) });
    },
    onError: (error: Error) => notifications.show({ color: "red", title: "Request failed", message: error.message }),
  };
}

export function useLaunch() {
  const { onSuccess } = useRunMutation(); // errors are shown in the form
  return useMutation({
    mutationFn: (body: RunCreate): Promise<Run> => unwrap(api.POST("/api/v1/runs", { body })),
    onSuccess,
  });
}

/** The server checks the record, whatever was in the file. */
export function useImportRun() {
  return useMutation({
    mutationFn: (record: unknown): Promise<Run> =>
      unwrap(api.POST("/api/v1/runs/import", { body: record as RunRecord })),
    onSuccess: useRunMutation().onSuccess, // each file's error is shown with its name
  });
}

interface NewExperiment {
  name: string;
  description?: string;
  project_id?: number | null;
}

export function useCreateExperiment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, description = "", project_id = null }: NewExperiment) =>
      unwrap(api.POST("/api/v1/experiments", { body: { name, description, project_id } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.experiments }),
    onError: useRunMutation().onError,
  });
}

/** Its runs move to another project with it. */
export function useUpdateExperiment(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ExperimentUpdate) =>
      unwrap(api.PATCH("/api/v1/experiments/{experiment_id}", { params: { path: { experiment_id: id } }, body })),
    onSuccess: () => {
      for (const queryKey of [keys.experiments, keys.runs, ["run"]]) client.invalidateQueries({ queryKey });
    },
    onError: useRunMutation().onError,
  });
}

export function useLaunchExperiment(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ExperimentLaunch): Promise<Run[]> =>
      unwrap(api.POST("/api/v1/experiments/{experiment_id}/runs", { params: { path: { experiment_id: id } }, body })),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: keys.experiments });
      client.invalidateQueries({ queryKey: keys.runs });
    }, // errors are shown in the form
  });
}

export function useUpdateRun(id: number) {
  return useMutation({
    mutationFn: (body: RunUpdate) =>
      unwrap(api.PATCH("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, body })),
    ...useRunMutation(id),
  });
}

export function useLaunchBaseline(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/runs/{run_id}/baseline", { params: { path: { run_id: id } } })),
    ...useRunMutation(id),
    onSettled: () => client.invalidateQueries({ queryKey: keys.experiments }),
  });
}

const COMMANDS = {
  pause: (run_id: number) => api.POST("/api/v1/runs/{run_id}/pause", { params: { path: { run_id } } }),
  resume: (run_id: number) => api.POST("/api/v1/runs/{run_id}/resume", { params: { path: { run_id } } }),
  cancel: (run_id: number) => api.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id } } }),
  retry: (run_id: number) => api.POST("/api/v1/runs/{run_id}/retry", { params: { path: { run_id } } }),
};

export type RunCommand = keyof typeof COMMANDS;

export function useRunCommand(id: number) {
  return useMutation({ mutationFn: (command: RunCommand) => unwrap(COMMANDS[command](id)), ...useRunMutation(id) });
}

export function useRetryJob(job: { id: number; run_id: number }) {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/jobs/{job_id}/retry", { params: { path: { job_id: job.id } } })),
    ...useRunMutation(job.run_id),
  });
}

function useWorkerMutation() {
  const client = useQueryClient();
  return {
    onSettled: () => client.invalidateQueries({ queryKey: keys.workers }),
    onError: useRunMutation().onError,
  };
}

/** A worker that drains finishes its jobs and takes no new one. */
export function useDrainWorker(name: string) {
  return useMutation({
    mutationFn: (draining: boolean) =>
      unwrap(api.PATCH("/api/v1/workers/{name}", { params: { path: { name } }, body: { draining } })),
    ...useWorkerMutation(),
  });
}

/** Of a worker that is gone. */
export function useRemoveWorker(name: string) {
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/workers/{name}", { params: { path: { name } } })),
    ...useWorkerMutation(),
  });
}

const HIGHEST = 10;

/** Raises or lowers the priority of a run in the queue by one. */
export function useMoveInQueue(run_id: number) {
  const params = { path: { run_id } };
  return useMutation({
    mutationFn: async (by: 1 | -1) => {
      const { priority } = await unwrap(api.GET("/api/v1/runs/{run_id}", { params }));
      const next = Math.max(-HIGHEST, Math.min(HIGHEST, priority + by));
      return unwrap(api.PATCH("/api/v1/runs/{run_id}", { params, body: { priority: next } }));
    },
    ...useWorkerMutation(),
  });
}

/** `onDeleted` is called even if the page has noticed first and shows that the run is gone. */
export function useDeleteRun(id: number, onDeleted: () => void) {
  const { onError } = useRunMutation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/runs/{run_id}", { params: { path: { run_id: id } } })),
    onSuccess: () => {
      onDeleted();
      client.removeQueries({ queryKey: keys.run(id) });
      client.invalidateQueries({ queryKey: keys.bin });
      return client.invalidateQueries({ queryKey: keys.runs });
    },
    onError,
  });
}

export function useApprove(id: number) {
  return useMutation({
    mutationFn: (body: GateApprove) =>
      unwrap(api.POST("/api/v1/runs/{run_id}/gate/approve", { params: { path: { run_id: id } }, body })),
    onSuccess: useRunMutation(id).onSuccess, // errors are shown in the panel
  });
}

/** Many gates, each as proposed; runs that could not be approved are in the answer. */
export function useApproveGates() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (runs: number[]) =>
      unwrap(api.POST("/api/v1/gates/approve", { body: { runs, gates: [], reason: "" } })),
    onSettled: () => {
      for (const queryKey of [keys.runs, ["run"], keys.inbox, keys.experiments]) client.invalidateQueries({ queryKey });
    },
    onError: useRunMutation().onError,
  });
}

export function useReject(id: number) {
  return useMutation({
    mutationFn: (body: { action: "continue" | "stop"; reason: string }) =>
      unwrap(api.POST("/api/v1/runs/{run_id}/gate/reject", { params: { path: { run_id: id } }, body })),
    onSuccess: useRunMutation(id).onSuccess,
  });
}
