import { Badge } from "@mantine/core";

/** Marks a run that came as a record: made elsewhere, to look at and compare. */
export function ImportedBadge({ run, size = "md" }: { run: { imported: boolean }; size?: string }) {
  if (!run.imported) return null;
  return (
    <Badge
      size={size}
      color="gray"
      variant="outline"
      tt="none"
      style={{ flexShrink: 0 }}
      title="Made elsewhere and brought in as a record: it has no files and cannot be resumed"
      data-testid="imported"
    >
      imported
    </Badge>
  );
}
