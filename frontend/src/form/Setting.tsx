import { ActionIcon, Badge, Group, Tooltip } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useForm } from "./FormContext";
import { dotted, getIn, type Path, same } from "./paths";

/** What every input of a setting needs: its value, its error, how to set it, whether it was changed. */
export function useSetting(path: Path) {
  const { config, base, errors, set } = useForm();
  const value = getIn(config, path);
  const original = getIn(base, path);
  return {
    value,
    original,
    error: errors[dotted(path)],
    changed: !same(value, original),
    set: (next: unknown) => set(path, next),
    reset: () => set(path, original),
  };
}

export function shown(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object" && "name" in value) return String(value.name);
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** An input with a mark and a way back when it differs from where the form started. */
export function Changed({ path, label, children }: { path: Path; label: string; children: ReactNode }) {
  const { changed, original, reset } = useSetting(path);
  return (
    <div style={{ position: "relative" }}>
      {children}
      {changed && (
        <Group gap={4} style={{ position: "absolute", top: 0, right: 0 }} data-testid={`changed-${dotted(path)}`}>
          <Badge size="xs" variant="light" tt="none">
            changed
          </Badge>
          <Tooltip label={`Back to ${shown(original)}`}>
            <ActionIcon size="xs" variant="subtle" aria-label={`Reset ${label}`} onClick={reset}>
              <IconArrowBackUp size={12} />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
    </div>
  );
}
