import { useEffect, useState } from "react";
import { ago, exactly, parseTime } from "../format/time";
import classes from "./When.module.css";

const TICK_MS = 20_000;
const watchers = new Set<(now: Date) => void>();

setInterval(() => {
  const now = new Date();
  for (const watcher of watchers) watcher(now);
}, TICK_MS);

/** The time now, three times a minute. */
function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    watchers.add(setNow);
    return () => void watchers.delete(setNow);
  }, []);
  return now;
}

interface Props {
  at: string;
  dimmed?: boolean;
}

/** A time as "3 min ago", with the local date and time as its title. */
export function When({ at, dimmed = false }: Props) {
  const now = useNow();
  const then = parseTime(at);
  return (
    <time
      dateTime={then.toISOString()}
      title={exactly(then)}
      className={classes.when}
      data-dimmed={dimmed || undefined}
    >
      {ago(then, now)}
    </time>
  );
}
