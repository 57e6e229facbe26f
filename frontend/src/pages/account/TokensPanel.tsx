import { Card, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tokensQuery, useCreateToken, useRevokeToken } from "../../api/accounts";
import { projectsQuery } from "../../api/projects";
import type { Token, TokenCreate } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { NewSecret, Revoke } from "../../components/Secrets";
import { When } from "../../components/When";
import { TokenForm } from "./TokenForm";

/** The account's own tokens, for scripts and notebooks. */
export function TokensPanel() {
  const tokens = useQuery(tokensQuery);
  const create = useCreateToken();
  const [made, setMade] = useState<{ name: string; secret: string }>();
  const onCreate = (body: TokenCreate) => create.mutate(body, { onSuccess: setMade });
  return (
    <Panel
      title="Tokens"
      text="A script or notebook signs in with a token: set GSL_TOKEN to it. One of scope read can change nothing."
    >
      {made && <NewSecret title={`Token ${made.name}`} secret={made.secret} onClose={() => setMade(undefined)} />}
      <TokenForm onCreate={onCreate} pending={create.isPending} />
      <Loaded query={tokens} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Text size="sm" c="dimmed" mt="sm">
              No tokens yet.
            </Text>
          ) : (
            <Card withBorder p={0} mt="sm">
              <DataTable label="Tokens" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} minWidth={620} />
            </Card>
          )
        }
      </Loaded>
    </Panel>
  );
}

const COLUMNS: Column<Token>[] = [
  { id: "name", title: "Name", cell: (token) => token.name },
  { id: "scope", title: "Scope", cell: (token) => <Scope token={token} /> },
  { id: "created", title: "Created", cell: (token) => <When at={token.created_at} /> },
  {
    id: "used",
    title: "Last used",
    cell: (token) => (token.last_used_at ? <When at={token.last_used_at} /> : "never"),
  },
  { id: "expires", title: "Expires", cell: (token) => token.expires_at?.slice(0, 10) ?? "never" },
  { id: "revoke", title: "", cell: (token) => <RevokeToken token={token} /> },
];

function Scope({ token }: { token: Token }) {
  const projects = useQuery(projectsQuery).data ?? [];
  if (token.project_id === null) return token.scope;
  const project = projects.find(({ id }) => id === token.project_id);
  return `${token.scope}, project ${project?.name ?? token.project_id} alone`;
}

function RevokeToken({ token }: { token: Token }) {
  const revoke = useRevokeToken();
  return (
    <Revoke
      what={`the token ${token.name}`}
      consequence="Scripts that use it are refused from now on. This cannot be undone."
      revokedAt={token.revoked_at}
      onRevoke={() => revoke.mutate(token.id)}
    />
  );
}
