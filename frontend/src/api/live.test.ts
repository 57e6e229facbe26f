import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./client";
import { experimentRunsQuery } from "./experiments";
import { inboxQuery } from "./gates";
import { REFRESH_MS, refresher } from "./live";
import { jobsQuery, keys, runQuery, waitingQuery, workersQuery } from "./queries";
import { runsQuery } from "./run-list";

const RUNS = 100;
const SECONDS = 30;

interface Options {
  params?: unknown;
  signal: AbortSignal;
}

/** An API whose answers take `delay` ms: what it was asked for, and how often it was told that nobody waits any more. */
function server(delay = 20) {
  const seen: string[] = [];
  let aborted = 0;
  const answer = { items: [], total: 0, status: "running", activity: "" };
  const get = (path: string, { params, signal }: Options) => {
    seen.push(path + JSON.stringify(params ?? {}));
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => {
        aborted += 1;
        reject(signal.reason);
      });
      setTimeout(() => resolve({ data: answer, response: new Response() }), delay);
    });
  };
  vi.spyOn(api, "GET").mockImplementation(get as never);
  return { seen, count: (part: string) => seen.filter((url) => url.includes(part)).length, aborted: () => aborted };
}

/** Every run reports five times a second, as quick runs do. */
async function reportsOfAll(onChange: ReturnType<typeof refresher>["onChange"], what = "epoch") {
  for (let time = 0; time < SECONDS * 5; time++) {
    for (let run_id = 1; run_id <= RUNS; run_id++) onChange({ what, run_id });
    await vi.advanceTimersByTimeAsync(200);
  }
}

describe("live updates", () => {
  let client: QueryClient;
  const leave: (() => void)[] = [];
  const show = (...queries: { queryKey: readonly unknown[] }[]) => {
    for (const query of queries) leave.push(new QueryObserver(client, query as never).subscribe(() => {}));
  };
  beforeEach(() => {
    vi.useFakeTimers();
    client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  });
  afterEach(() => {
    for (const stop of leave.splice(0)) stop();
    client.clear();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("asks for the list once a period, however many runs report", async () => {
    const { count } = server();
    show(runsQuery({}, 0), waitingQuery({}));
    const { onChange, stop } = refresher(client);
    await reportsOfAll(onChange);
    const most = 2 + 1 + (SECONDS * 1000) / REFRESH_MS; // one of each query at first, then the list alone
    expect(count("/runs{")).toBeGreaterThan(most / 2);
    expect(count("/runs{")).toBeLessThanOrEqual(most);
    stop();
  });

  it("asks for one run's queries once a period, whatever the others do", async () => {
    const { seen, count } = server();
    show(runQuery(7), jobsQuery(7), experimentRunsQuery(1), workersQuery);
    const { onChange, stop } = refresher(client);
    await reportsOfAll(onChange);
    const most = 2 + (SECONDS * 1000) / REFRESH_MS;
    expect(count("/jobs{")).toBeLessThanOrEqual(most);
    expect(count('"experiment_id":1')).toBeLessThanOrEqual(2 + SECONDS / 4);
    expect(count("/workers")).toBeLessThanOrEqual(1 + SECONDS / 10);
    expect(seen.length).toBeLessThanOrEqual(3 * most + SECONDS / 4);
    stop();
  });

  it("waits for a slow server, and asks again after the last change", async () => {
    const { count, aborted } = server(4000);
    show(runsQuery({}, 0));
    const { onChange, stop } = refresher(client);
    await reportsOfAll(onChange, "job");
    expect(count("/runs{")).toBeLessThanOrEqual(2 + SECONDS / 4);
    expect(aborted()).toBeLessThanOrEqual(1); // the first, which may have been answered before the change
    const before = count("/runs{");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(count("/runs{")).toBe(before + 1);
    stop();
  });

  it("asks who waits for a decision when a gate opens", async () => {
    const { count } = server();
    show(waitingQuery({}));
    const { onChange, stop } = refresher(client);
    await vi.advanceTimersByTimeAsync(100);
    onChange({ what: "epoch", run_id: 7 });
    await vi.advanceTimersByTimeAsync(100);
    expect(count("awaiting_approval")).toBe(1);
    onChange({ what: "gate", run_id: 7 });
    await vi.advanceTimersByTimeAsync(100);
    expect(count("awaiting_approval")).toBe(2);
    stop();
  });

  it("asks at once what somebody decided or wrote, however busy the run is", async () => {
    const { count } = server();
    show(runQuery(7), inboxQuery);
    const { onChange, stop } = refresher(client);
    for (let n = 0; n < 5; n++) onChange({ what: "epoch", run_id: 7 });
    await vi.advanceTimersByTimeAsync(100);
    const asked = count("/runs/{run_id}{");
    for (const what of ["gate", "comment"]) {
      onChange({ what, run_id: 7 });
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(count("/runs/{run_id}{")).toBe(asked + 2);
    expect(count("/gates{")).toBe(2); // the first time, and for the decision
    stop();
  });

  it("ends the request of a page that was left", async () => {
    const { aborted } = server(1000);
    const query = runsQuery({}, 0);
    const close = new QueryObserver(client, query).subscribe(() => {});
    await vi.advanceTimersByTimeAsync(10);
    close();
    await vi.advanceTimersByTimeAsync(10);
    expect(aborted()).toBe(1);
    expect(client.getQueryState(keys.listedRuns)).toBeUndefined();
  });
});
