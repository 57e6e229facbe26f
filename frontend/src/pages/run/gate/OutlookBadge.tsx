import { Badge, Tooltip } from "@mantine/core";
import type { GateVariation } from "../../../api/types";

const OUTLOOKS = {
  moving: {
    color: "teal",
    text: "improving",
    why: "Some recent training episodes succeeded, or the return is clearly rising.",
  },
  open: {
    color: "gray",
    text: "unclear",
    why: "There are too few training episodes, or the return is neither clearly flat nor rising.",
  },
  hopeless: {
    color: "red",
    text: "stuck?",
    why: "There were many training episodes, but no recent success and no rise in the return. A specialist may not learn it either.",
  },
};

/** What the training so far suggests a specialist could gain on a variation. */
export function OutlookBadge({ outlook }: { outlook: GateVariation["outlook"] }) {
  if (!outlook) return null;
  const { color, text, why } = OUTLOOKS[outlook];
  return (
    <Tooltip label={why} multiline maw={260} withinPortal events={{ hover: true, focus: true, touch: true }}>
      <Badge size="xs" variant="light" color={color} tt="none" tabIndex={0}>
        {text}
      </Badge>
    </Tooltip>
  );
}
