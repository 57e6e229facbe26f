import { Badge, Tooltip } from "@mantine/core";
import type { GateVariation } from "../../../api/types";

const SAID = {
  moving: {
    color: "teal",
    text: "moving",
    why: "Some of its recent training episodes succeeded, or its return surely rises.",
  },
  open: { color: "gray", text: "open", why: "Too few training episodes, or neither clearly flat nor rising." },
  hopeless: {
    color: "red",
    text: "hopeless?",
    why: "Many training episodes, no recent one succeeded and the return does not rise: a specialist may learn nothing either.",
  },
};

/** What a variation's training so far says of what a specialist could gain. */
export function OutlookBadge({ outlook }: { outlook: GateVariation["outlook"] }) {
  if (!outlook) return null;
  const { color, text, why } = SAID[outlook];
  return (
    <Tooltip label={why} multiline maw={260} withinPortal events={{ hover: true, focus: true, touch: true }}>
      <Badge size="xs" variant="light" color={color} tt="none" tabIndex={0}>
        {text}
      </Badge>
    </Tooltip>
  );
}
