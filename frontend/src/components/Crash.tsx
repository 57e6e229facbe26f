import { Button, Code, Container, Stack, Text, Title } from "@mantine/core";
import { useRouteError } from "react-router";

/** The last resort: a fault of the page itself. */
export function Crash() {
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <Stack align="flex-start">
        <Title order={2}>This page has crashed</Title>
        <Text>Your runs are not affected. Reload the page; if it crashes again, report the message below.</Text>
        <Code block>{error instanceof Error ? error.message : String(error)}</Code>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </Stack>
    </Container>
  );
}
