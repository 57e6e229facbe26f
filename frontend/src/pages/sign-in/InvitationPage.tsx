import { Alert, Button, Card, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAcceptInvitation } from "../../api/accounts";
import { served } from "../../api/address";
import { ApiError } from "../../api/problem";
import { Door } from "../../components/Shell";

/** Where an invitation's link leads. Its secret is behind the #, which browsers send to no server. */
export function InvitationPage() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useAcceptInvitation();
  const field = (wanted: string) =>
    accept.error instanceof ApiError ? accept.error.errors.find((error) => error.field === wanted)?.message : undefined;
  const secret = window.location.hash.slice(1);
  const open = () => window.location.replace(served("/runs"));
  return (
    <Door title="Join GSL Lab">
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            accept.mutate({ secret, name, password }, { onSuccess: open });
          }}
        >
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              Choose a name and a password. The name is shown with what you do, and cannot be changed later.
            </Text>
            <TextInput
              label="Name"
              description="Lower-case letters, digits, '.', '_' and '-'"
              autoComplete="username"
              autoFocus
              required
              value={name}
              error={field("name")}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              description="At least ten characters"
              autoComplete="new-password"
              required
              minLength={10}
              value={password}
              error={field("password")}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {accept.error && !field("name") && !field("password") && (
              <Alert color="red" role="alert">
                {accept.error.message}
              </Alert>
            )}
            <Button type="submit" loading={accept.isPending}>
              Create account
            </Button>
          </Stack>
        </form>
      </Card>
    </Door>
  );
}
