import { Alert, Badge, Container, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { sharedQuery } from "../../api/links";
import { Door, Logo } from "../../components/Shell";
import { ThemeToggle } from "../../components/ThemeToggle";
import { VariationPage } from "../variation/VariationPage";
import { SharedExperiment } from "./SharedExperiment";
import { SharedRun } from "./SharedRun";

/** Where a link leads that shows one run or one experiment: just that, to look at. */
export function SharedPage() {
  const query = useQuery(sharedQuery);
  if (query.isError)
    return (
      <Door title="This link shows nothing">
        <Alert color="red" role="alert">
          {query.error.message}
        </Alert>
      </Door>
    );
  return query.data ? <Shown {...query.data} /> : null;
}

interface ShownProps {
  run_id: number | null;
  experiment_id: number | null;
}

/** Views and choices are kept beside the address, whose end is the link's secret. */
function Shown({ run_id, experiment_id }: ShownProps) {
  const router = useMemo(
    () =>
      createMemoryRouter([
        { path: "runs/:id/variations/:variation", element: <VariationPage /> },
        {
          path: "*",
          element: run_id !== null ? <SharedRun id={run_id} /> : <SharedExperiment id={experiment_id ?? 0} />,
        },
      ]),
    [run_id, experiment_id],
  );
  return (
    <Container component="main" size="xl" py="md" px={{ base: "sm", sm: "md" }}>
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap">
            <Logo />
            <Text fw={700}>GSL Lab</Text>
            <Badge variant="light" color="gray">
              Read only
            </Badge>
          </Group>
          <ThemeToggle />
        </Group>
        <RouterProvider router={router} />
      </Stack>
    </Container>
  );
}
