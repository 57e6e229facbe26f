import { notifications } from "@mantine/notifications";
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys, PAGE_SIZE, sessionQuery } from "./queries";
import type { InvitationAccept, InvitationCreate, PasswordChange, PersonUpdate, Quota, TokenCreate } from "./types";

/** Who is signed in; undefined until that is known. */
export const useAccount = () => useQuery(sessionQuery).data?.account ?? undefined;

const listed = (name: string) => [...keys.accounts, name] as const;

export const tokensQuery = queryOptions({
  queryKey: listed("tokens"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/account/tokens", { signal })),
});

/** What this account may use, and uses. */
export const usageQuery = queryOptions({
  queryKey: listed("usage"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/account/usage", { signal })),
});

export const identitiesQuery = queryOptions({
  queryKey: listed("identities"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/account/identities", { signal })),
});

export const peopleQuery = queryOptions({
  queryKey: listed("people"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/people", { signal })),
});

export const invitationsQuery = queryOptions({
  queryKey: listed("invitations"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/invitations", { signal })),
});

export const workerTokensQuery = queryOptions({
  queryKey: listed("worker tokens"),
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/worker-tokens", { signal })),
});

export const auditQuery = (offset: number) =>
  queryOptions({
    queryKey: [...listed("audit"), offset],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/audit", { params: { query: { limit: PAGE_SIZE, offset } }, signal })),
    placeholderData: keepPreviousData,
  });

/** A mutation after which all that shows accounts asks again. Forms show their errors themselves. */
function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>, quiet = false) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.accounts }),
    onError: (error: Error) => {
      if (!quiet) notifications.show({ color: "red", title: "Request failed", message: error.message });
    },
  });
}

/** All that was fetched for one account is forgotten before another one's page is shown. */
function useSession<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: async () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
      await client.invalidateQueries({ queryKey: keys.session });
    },
  });
}

export const useSignIn = () =>
  useSession((body: { name: string; password: string }) => unwrap(api.POST("/api/v1/session", { body })));

export const useSignOut = () => useSession(() => unwrap(api.DELETE("/api/v1/session")));

export const useAcceptInvitation = () =>
  useSession((body: InvitationAccept) => unwrap(api.POST("/api/v1/invitations/accept", { body })));

export const useChangePassword = () =>
  useChange((body: PasswordChange) => unwrap(api.PUT("/api/v1/account/password", { body })), true);

export const useCreateToken = () =>
  useChange((body: TokenCreate) => unwrap(api.POST("/api/v1/account/tokens", { body })));

export const useRevokeToken = () =>
  useChange((token_id: number) =>
    unwrap(api.DELETE("/api/v1/account/tokens/{token_id}", { params: { path: { token_id } } })),
  );

export const useUnlinkIdentity = () =>
  useChange((identity_id: number) =>
    unwrap(api.DELETE("/api/v1/account/identities/{identity_id}", { params: { path: { identity_id } } })),
  );

export const useUpdatePerson = () =>
  useChange(({ name, ...body }: { name: string } & PersonUpdate) =>
    unwrap(api.PATCH("/api/v1/people/{name}", { params: { path: { name } }, body })),
  );

export const useSetAccountQuota = () =>
  useChange(({ name, ...body }: { name: string } & Quota) =>
    unwrap(api.PUT("/api/v1/people/{name}/quota", { params: { path: { name } }, body })),
  );

export const useInvite = () => useChange((body: InvitationCreate) => unwrap(api.POST("/api/v1/invitations", { body })));

export const useRevokeInvitation = () =>
  useChange((invitation_id: number) =>
    unwrap(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id } } })),
  );

export const useCreateWorkerToken = () =>
  useChange((body: { name: string }) => unwrap(api.POST("/api/v1/worker-tokens", { body })));

export const useRevokeWorkerToken = () =>
  useChange((token_id: number) =>
    unwrap(api.DELETE("/api/v1/worker-tokens/{token_id}", { params: { path: { token_id } } })),
  );
