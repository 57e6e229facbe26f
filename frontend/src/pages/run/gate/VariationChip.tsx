import { Badge, Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { GateVariation } from "../../../api/types";
import { decimal } from "../../../format/numbers";

interface Props {
  variation: number;
  known: GateVariation | undefined;
  specialists: number;
  place: number;
  onAssign?: (variation: number, place: number | null) => void;
}

/** A variation with its score; as a menu it moves to another specialist or is left out. */
export function VariationChip({ variation, known, specialists, place, onAssign }: Props) {
  const name = known?.name ?? `variation ${variation}`;
  const hopeless = known?.outlook === "hopeless" ? " · stuck?" : "";
  const text = (known ? `${name} · ${decimal(known.mean_return)}` : name) + hopeless;
  if (!onAssign) {
    return (
      <Badge variant="light" color="orange" tt="none">
        {text}
      </Badge>
    );
  }
  const others = Array.from({ length: specialists }, (_, other) => other).filter((other) => other !== place);
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="light"
          color="orange"
          rightSection={<IconChevronDown size={12} />}
          aria-label={`${text}: move ${name}`}
        >
          {text}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={300} style={{ overflowY: "auto" }}>
        {others.map((other) => (
          <Menu.Item key={other} onClick={() => onAssign(variation, other)}>
            Move to specialist {other + 1}
          </Menu.Item>
        ))}
        {others.length > 0 && <Menu.Divider />}
        <Menu.Item color="red" onClick={() => onAssign(variation, null)}>
          Leave out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
