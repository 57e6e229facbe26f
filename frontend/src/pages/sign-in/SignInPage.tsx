import { Alert, Button, Card, Code, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useSignIn } from "../../api/accounts";
import { served } from "../../api/address";
import { Door } from "../../components/Shell";

interface Props {
  /** Whether accounts can sign in by password; the owner's link always works. */
  passwords: boolean;
  /** What the provider is called through which one can sign in, if there is one. */
  provider: string | null;
}

export function SignInPage({ passwords, provider }: Props) {
  return (
    <Door title="Sign in to GSL Lab">
      {provider && (
        <Button
          component="a"
          href={served("/api/v1/session/oidc")}
          variant={passwords ? "default" : "filled"}
          fullWidth
        >
          Sign in with {provider}
        </Button>
      )}
      {passwords && <SignInForm />}
      <Text c="dimmed" ta="center" size={passwords || provider ? "sm" : "md"}>
        {passwords || provider ? "If you run the server yourself, open" : "Open"} the link that it printed when it
        started. On its machine, <Code>gsl link</Code>, or <Code>make link</Code> in a checkout, prints it again.
      </Text>
    </Door>
  );
}

function SignInForm() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate({ name, password });
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            autoComplete="username"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {signIn.error && (
            <Alert color="red" role="alert">
              {signIn.error.message}
            </Alert>
          )}
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
