import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { identitiesQuery, usageQuery, useAccount, useChangePassword, useUnlinkIdentity } from "../../api/accounts";
import { served } from "../../api/address";
import { ApiError } from "../../api/problem";
import { sessionQuery } from "../../api/queries";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { Usage } from "../../components/QuotaPanel";
import { When } from "../../components/When";
import { TokensPanel } from "./TokensPanel";

export function AccountPage() {
  useTitle("Account");
  const account = useAccount();
  return (
    <>
      <PageTitle title="Account" text={account && `${account.name}, ${account.role}`} />
      <Stack gap="md">
        <TokensPanel />
        <UsagePanel />
        <Identities />
        <PasswordForm />
      </Stack>
    </>
  );
}

function UsagePanel() {
  const usage = useQuery(usageQuery);
  return (
    <Panel title="Quota and use" text="Of all that you launch. Admins set the quota.">
      <Loaded query={usage} rows={1}>
        {(allowance) => <Usage of={allowance} />}
      </Loaded>
    </Panel>
  );
}

/** Who signs in as this account through the provider. */
function Identities() {
  const provider = useQuery(sessionQuery).data?.provider;
  const identities = useQuery({ ...identitiesQuery, enabled: Boolean(provider) });
  const unlink = useUnlinkIdentity();
  if (!provider) return null;
  return (
    <Panel
      title="Sign-in"
      text={`Who signs in as this account with ${provider}.`}
      actions={
        <Button component="a" href={served("/api/v1/session/oidc?link=true")} size="xs" variant="default">
          Link {provider}
        </Button>
      }
    >
      <Loaded query={identities} rows={1}>
        {(list) =>
          list.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nobody yet.
            </Text>
          ) : (
            list.map(({ id, issuer, subject, created_at }) => (
              <Group key={id} justify="space-between" gap="xs">
                <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                  {subject} at {issuer}, linked <When at={created_at} />
                </Text>
                <Button size="compact-sm" variant="default" onClick={() => unlink.mutate(id)}>
                  Unlink
                </Button>
              </Group>
            ))
          )
        }
      </Loaded>
    </Panel>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useChangePassword();
  const field = (wanted: string) =>
    change.error instanceof ApiError ? change.error.errors.find((error) => error.field === wanted)?.message : undefined;
  const clear = () => {
    setCurrent("");
    setFresh("");
  };
  return (
    <Panel title="Password" text="Changing it ends your sessions in other browsers. Tokens stay.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ current, new: fresh }, { onSuccess: clear });
        }}
      >
        <Group align="flex-start" gap="sm">
          <PasswordInput
            label="Current password"
            description="Empty if you have none yet"
            autoComplete="current-password"
            value={current}
            error={field("current")}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            w={{ base: "100%", sm: 260 }}
          />
          <PasswordInput
            label="New password"
            description="At least ten characters"
            autoComplete="new-password"
            required
            minLength={10}
            value={fresh}
            error={field("new")}
            onChange={(event) => setFresh(event.currentTarget.value)}
            w={{ base: "100%", sm: 260 }}
          />
          <Button type="submit" variant="default" loading={change.isPending} mt={{ base: 0, sm: 44 }}>
            Change password
          </Button>
        </Group>
        <Text size="sm" mt="xs" c={change.isSuccess ? undefined : "red"} role="status">
          {change.isSuccess && "The password was changed."}
          {change.error && !field("current") && !field("new") && change.error.message}
        </Text>
      </form>
    </Panel>
  );
}
