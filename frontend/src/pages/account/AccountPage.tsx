import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { usageQuery, useAccount, useChangePassword } from "../../api/accounts";
import { ApiError } from "../../api/problem";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { Usage } from "../../components/QuotaPanel";
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
