import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "./EmptyState";

export function NotFound() {
  return (
    <EmptyState
      icon={IconMapQuestion}
      title="No such page"
      text="The address leads nowhere. The runs are all on one page."
      action={
        <Button component={Link} to="/runs">
          Go to the runs
        </Button>
      }
    />
  );
}
