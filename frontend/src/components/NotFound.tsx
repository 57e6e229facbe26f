import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "./EmptyState";
import { useTitle } from "./PageTitle";

interface Props {
  title?: string;
  text?: string;
  to?: string;
  link?: string;
}

/** What an address without a page, a run or an experiment shows, with a way back. */
export function NotFound({
  title = "Page not found",
  text = "There is no page at this address.",
  to = "/runs",
  link = "Go to runs",
}: Props) {
  useTitle(title);
  return (
    <EmptyState
      icon={IconMapQuestion}
      title={title}
      text={text}
      action={
        <Button component={Link} to={to}>
          {link}
        </Button>
      }
    />
  );
}
