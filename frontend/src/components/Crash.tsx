import { Button, Code, Container, Stack, Text, Title } from "@mantine/core";
import { useRouteError } from "react-router";

/** The last resort: a fault of the page itself. */
export function Crash() {
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <Stack align="flex-start">
        <Title order={2}>The page broke</Title>
        <Text>Runs go on without it. Loading it again usually helps; if not, report this text.</Text>
        <Code block>{error instanceof Error ? error.message : String(error)}</Code>
        <Button onClick={() => window.location.reload()}>Load again</Button>
      </Stack>
    </Container>
  );
}
