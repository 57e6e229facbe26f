import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useAccount } from "./accounts";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { ProjectCreate, ProjectRole, ProjectUpdate, Quota } from "./types";

/** Those that the account is in; an admin gets all. */
export const projectsQuery = queryOptions({
  queryKey: keys.projects,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/projects", { signal })),
});

export const projectQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.projects, id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: id } }, signal })),
  });

/** Projects into which the account may launch. */
export function useProjectsToLaunchInto() {
  const account = useAccount();
  const projects = useQuery(projectsQuery).data ?? [];
  const mine = (project: (typeof projects)[number]) =>
    project.members.some(({ name, role }) => name === account?.name && role === "member");
  return account?.role === "admin" ? projects : projects.filter(mine);
}

/** Whether the account may launch and create anywhere. */
export function useMayChange() {
  const role = useAccount()?.role;
  const projects = useProjectsToLaunchInto();
  return role !== "viewer" || projects.length > 0;
}

/** A mutation after which all that shows projects, and what belongs to them, asks again. */
function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.projects }),
    onError: (error: Error) => notifications.show({ color: "red", title: "Request failed", message: error.message }),
  });
}

export const useCreateProject = () =>
  useChange((body: ProjectCreate) => unwrap(api.POST("/api/v1/projects", { body })));

export const useUpdateProject = (project_id: number) =>
  useChange((body: ProjectUpdate) =>
    unwrap(api.PATCH("/api/v1/projects/{project_id}", { params: { path: { project_id } }, body })),
  );

export const useDeleteProject = (project_id: number) =>
  useChange(() => unwrap(api.DELETE("/api/v1/projects/{project_id}", { params: { path: { project_id } } })));

export const useSetProjectQuota = (project_id: number) =>
  useChange((body: Quota) =>
    unwrap(api.PUT("/api/v1/projects/{project_id}/quota", { params: { path: { project_id } }, body })),
  );

export const useSetMember = (project_id: number) =>
  useChange(({ name, role }: { name: string; role: ProjectRole }) =>
    unwrap(
      api.PUT("/api/v1/projects/{project_id}/members/{name}", {
        params: { path: { project_id, name } },
        body: { role },
      }),
    ),
  );

export const useRemoveMember = (project_id: number) =>
  useChange((name: string) =>
    unwrap(api.DELETE("/api/v1/projects/{project_id}/members/{name}", { params: { path: { project_id, name } } })),
  );
