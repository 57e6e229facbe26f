import { Alert, Badge, Text, Tooltip } from "@mantine/core";
import { IconClockHour4 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { Gate } from "../../../api/types";
import { duration, exactly, parseTime } from "../../../format/time";

type WithDeadline = Pick<Gate, "deadline_at" | "at_deadline">;

const THEN = {
  approve: "the specialists start as proposed",
  reject: "the run ends without specialists",
  "keep waiting": "webhooks are told once more",
};

const SOON_S = 3600;

/** Seconds until the deadline, by the clock; null without one. */
function useSecondsLeft({ deadline_at }: WithDeadline): number | null {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return deadline_at ? (parseTime(deadline_at).getTime() - now.getTime()) / 1000 : null;
}

/** How long a person may still decide, and what happens then. */
export function Deadline({ gate }: { gate: WithDeadline }) {
  const left = useSecondsLeft(gate);
  if (left === null || !gate.deadline_at || !gate.at_deadline) return null;
  const until = exactly(parseTime(gate.deadline_at));
  return (
    <Alert color={left < SOON_S ? "orange" : "blue"} icon={<IconClockHour4 />} p="xs" data-testid="deadline">
      <Text size="sm">
        {left > 0
          ? `${duration(left)} left: unless somebody decides before ${until}, ${THEN[gate.at_deadline]}.`
          : `The deadline passed at ${until}.`}
      </Text>
    </Alert>
  );
}

/** The same, in a list. */
export function TimeLeft({ gate }: { gate: WithDeadline }) {
  const left = useSecondsLeft(gate);
  if (left === null || !gate.deadline_at || !gate.at_deadline) return null;
  const text = left > 0 ? `${duration(left)} left, then ${THEN[gate.at_deadline]}` : "the deadline has passed";
  return (
    <Tooltip label={exactly(parseTime(gate.deadline_at))}>
      <Badge size="sm" variant="light" color={left < SOON_S ? "orange" : "blue"} tt="none" className="tabular">
        {text}
      </Badge>
    </Tooltip>
  );
}
