import { Button, Card, Code, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCreateWorkerToken, useRevokeWorkerToken, workerTokensQuery } from "../../api/accounts";
import type { WorkerToken } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { NewSecret, Revoke } from "../../components/Secrets";
import { When } from "../../components/When";

/** Tokens of machines, each of which can be shut out by itself. */
export function WorkerTokens() {
  const tokens = useQuery(workerTokensQuery);
  const create = useCreateWorkerToken();
  const [name, setName] = useState("");
  const [made, setMade] = useState<{ name: string; secret: string }>();
  const text = (
    <>
      One for each machine: set <Code>GSL_WORKER_TOKEN</Code> to it there.
    </>
  );
  return (
    <Panel title="Worker tokens" text={text}>
      {made && <NewSecret title={`Token of ${made.name}`} secret={made.secret} onClose={() => setMade(undefined)} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name }, { onSuccess: setMade });
          setName("");
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Machine"
            placeholder="gpu-1"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            w={{ base: "100%", sm: 220 }}
          />
          <Button type="submit" loading={create.isPending}>
            Create token
          </Button>
        </Group>
      </form>
      <Loaded query={tokens} rows={1}>
        {(rows) =>
          rows.length > 0 && (
            <Card withBorder p={0} mt="sm">
              <DataTable label="Worker tokens" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} minWidth={480} />
            </Card>
          )
        }
      </Loaded>
    </Panel>
  );
}

const COLUMNS: Column<WorkerToken>[] = [
  { id: "name", title: "Machine", cell: (token) => token.name },
  { id: "created", title: "Created", cell: (token) => <When at={token.created_at} /> },
  {
    id: "used",
    title: "Last used",
    cell: (token) => (token.last_used_at ? <When at={token.last_used_at} /> : "never"),
  },
  { id: "revoke", title: "", cell: (token) => <RevokeToken token={token} /> },
];

function RevokeToken({ token }: { token: WorkerToken }) {
  const revoke = useRevokeWorkerToken();
  return (
    <Revoke
      what={`the token of ${token.name}`}
      consequence="The machine's workers are refused from now on, and their jobs go to others. This cannot be undone."
      revokedAt={token.revoked_at}
      onRevoke={() => revoke.mutate(token.id)}
    />
  );
}
