import { Text, type TextProps, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { ago, exactly, parseTime } from "../format/time";

/** A time as "3 min ago", with the local date and time as tooltip. */
export function When({ at, ...props }: { at: string } & TextProps) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 20_000);
    return () => clearInterval(timer);
  }, []);
  const then = parseTime(at);
  return (
    <Tooltip label={exactly(then)}>
      <Text component="time" dateTime={then.toISOString()} inherit {...props} style={{ whiteSpace: "nowrap" }}>
        {ago(then, now)}
      </Text>
    </Tooltip>
  );
}
