import { Badge, Group } from "@mantine/core";
import { Link } from "react-router";

/** A run's tags; each leads to the runs that share it. */
export function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge
          key={tag}
          component={Link}
          to={`/runs?tag=${encodeURIComponent(tag)}`}
          variant="outline"
          color="gray"
          size="sm"
          tt="none"
          style={{ cursor: "pointer" }}
        >
          {tag}
        </Badge>
      ))}
    </Group>
  );
}
