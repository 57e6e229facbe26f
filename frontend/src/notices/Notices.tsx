import { Button, Menu } from "@mantine/core";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { useAccount } from "../api/accounts";
import { api, unwrap } from "../api/client";
import { keys, runsOfQuery } from "../api/queries";
import { hasEnded, type RunStatus, type RunSummary } from "../api/types";
import { blocked, follow, followedText, idsOf, isOn, type News, newsOf, onChange, supported, turn } from "./news";

const LOOK_MS = 10_000;

/** One's own runs that changed last, and those that one follows; also looked at while no tab is to be seen. */
const watchedQuery = (owner: string, followed: string, enabled: boolean) =>
  queryOptions({
    queryKey: [...keys.listedRuns, "watched", owner, followed],
    queryFn: async ({ signal }) => {
      const own = await runsOfQuery(owner, signal);
      const others = await Promise.allSettled(
        idsOf(followed).map((run_id) =>
          unwrap(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id } }, signal })),
        ),
      );
      const found = others.flatMap((other) => (other.status === "fulfilled" ? [other.value] : [])); // some are deleted
      return [...own, ...found.filter((other) => !own.some(({ id }) => id === other.id))];
    },
    enabled,
    refetchInterval: LOOK_MS,
    refetchIntervalInBackground: true,
  });

const useOn = () => useSyncExternalStore(onChange, isOn);
const useFollowed = () => useSyncExternalStore(onChange, followedText);

/** Tells of news by the browser's notifications, in one tab for all. */
export function Notices() {
  const account = useAccount();
  const on = useOn() && account !== undefined;
  const leads = useLeadership(on);
  const { data } = useQuery(watchedQuery(account?.name ?? "", useFollowed(), leads));
  const before = useRef<Map<number, RunStatus> | null>(null);
  const since = useRef(Date.now());
  const navigate = useNavigate();
  useEffect(() => {
    if (!leads) before.current = null;
    if (!leads || !data) return;
    for (const news of newsOf(before.current, data, since.current)) tell(news, navigate);
    before.current = new Map(data.map(({ id, status }) => [id, status]));
    since.current = Date.now();
  }, [leads, data, navigate]);
  return null;
}

/** Whether this tab is the one that tells: it holds a lock until it is closed, and then another gets it. */
function useLeadership(wanted: boolean): boolean {
  const [leads, setLeads] = useState(false);
  useEffect(() => {
    if (!wanted) return;
    const waiting = new AbortController();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lead = () => {
      setLeads(true);
      return held;
    };
    navigator.locks.request("gsl-notices", { signal: waiting.signal }, lead).catch((error: unknown) => {
      if (!waiting.signal.aborted) throw error;
    });
    return () => {
      waiting.abort();
      release();
      setLeads(false);
    };
  }, [wanted]);
  return wanted && leads;
}

function tell({ title, text, to, tag }: News, navigate: (to: string) => unknown): void {
  const note = new Notification(title, { body: text, tag });
  note.onclick = () => {
    window.focus();
    navigate(to);
    note.close();
  };
}

/** In the account's menu: whether this browser tells. */
export function NoticesItem() {
  const on = useOn();
  if (!supported()) return null;
  const Icon = on ? IconBellOff : IconBell;
  return (
    <Menu.Item leftSection={<Icon size={16} />} disabled={blocked()} onClick={() => turn(!on)}>
      {blocked() ? "Notifications are blocked" : on ? "Stop notifications" : "Notify me of my runs"}
    </Menu.Item>
  );
}

/** Of a run that is somebody else's: be told of it, too. */
export function Follow({ run }: { run: RunSummary }) {
  const account = useAccount();
  const followed = idsOf(useFollowed()).includes(run.id);
  if (!supported() || !account || run.owner === account.name || hasEnded(run.status)) return null;
  const toggle = async () => {
    follow(run.id, !followed);
    if (!followed && !isOn()) await turn(true);
  };
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-xs"
      leftSection={followed ? <IconBellOff size={14} /> : <IconBell size={14} />}
      aria-pressed={followed}
      title="This browser tells you when the run waits for approval, ends or fails."
      onClick={toggle}
    >
      {followed ? "Following" : "Follow"}
    </Button>
  );
}
