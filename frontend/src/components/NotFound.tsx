import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "./EmptyState";

export function NotFound() {
  return (
    <EmptyState
      icon={IconMapQuestion}
      title="Page not found"
      text="There is no page at this address."
      action={
        <Button component={Link} to="/runs">
          Go to runs
        </Button>
      }
    />
  );
}
