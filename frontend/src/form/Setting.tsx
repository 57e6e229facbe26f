import { ActionIcon, Badge, Group, Tooltip } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useForm } from "./FormContext";
import { OriginMark, originOf } from "./OriginMark";
import { dotted, getIn, inOtherMember, type Path, same } from "./paths";

/** What every input of a setting needs: its value, its error, how to set it, whether it was changed. */
export function useSetting(path: Path) {
  const { config, base, errors, set, origins } = useForm();
  const value = getIn(config, path);
  const original = getIn(base, path);
  const foreign = inOtherMember(base, config, path);
  return {
    value,
    original,
    error: errors[dotted(path)],
    changed: !foreign && !same(value, original),
    origin: foreign ? undefined : originOf(origins, path),
    set: (next: unknown) => set(path, next),
    reset: () => set(path, original),
  };
}

export function shown(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value !== "object") return String(value);
  return "name" in value ? String(value.name) : JSON.stringify(value);
}

/** An input with a mark of where its value comes from, or, once it was changed, a way back. */
export function Marked({ path, label, children }: { path: Path; label: string; children: ReactNode }) {
  const { changed, origin, original, reset } = useSetting(path);
  return (
    <div style={{ position: "relative" }}>
      {children}
      {changed ? (
        <Group gap={4} style={CORNER} data-testid={`changed-${dotted(path)}`}>
          <Badge size="xs" variant="light" tt="none">
            changed
          </Badge>
          <Tooltip label={`Reset to ${shown(original)}`}>
            <ActionIcon size="xs" variant="subtle" aria-label={`Reset ${label}`} onClick={reset}>
              <IconArrowBackUp size={12} />
            </ActionIcon>
          </Tooltip>
        </Group>
      ) : (
        origin && (
          <div style={CORNER}>
            <OriginMark origin={origin} />
          </div>
        )
      )}
    </div>
  );
}

const CORNER = { position: "absolute", top: 0, right: 0 } as const;
