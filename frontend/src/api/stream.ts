import type { Change } from "./types";

export interface StreamHandlers {
  onChange: (change: Change) => void;
  /** Everything may have changed: after a silence, or at every poll while there is no stream. */
  onUnknown: () => void;
  onLive: (live: boolean) => void;
}

const POLL_MS = 5000;
const RECONNECT_MS = 15_000;

/** Listen to /stream while the tab is visible; poll while the stream is away. Returns the way to stop. */
export function listen(url: string, handlers: StreamHandlers): () => void {
  let source: EventSource | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let reconnect: ReturnType<typeof setTimeout> | undefined;
  let isLive: boolean | undefined;

  function open(): void {
    close();
    source = new EventSource(url);
    source.onopen = () => setLive(true);
    source.onerror = () => {
      setLive(false);
      // A browser gives up on a refused stream (readyState CLOSED): then we ask again ourselves.
      if (source?.readyState === EventSource.CLOSED) reconnect = setTimeout(open, RECONNECT_MS);
    };
    source.onmessage = receive;
  }

  function receive(event: MessageEvent<string>): void {
    const change = parseChange(event.data);
    if (change) handlers.onChange(change);
  }

  function setLive(live: boolean): void {
    if (live === isLive) return; // the browser reports every attempt to reconnect
    isLive = live;
    handlers.onLive(live);
    clearInterval(poll);
    poll = live ? undefined : setInterval(handlers.onUnknown, POLL_MS);
    handlers.onUnknown(); // what happened before the stream stood, or that the server is away
  }

  function close(): void {
    source?.close();
    source = undefined;
    isLive = undefined;
    clearInterval(poll);
    clearTimeout(reconnect);
  }

  const follow = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    document.removeEventListener("visibilitychange", follow);
    close();
  };
}

export function parseChange(data: string): Change | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" ? (value as Change) : null;
  } catch {
    return null; // a keep-alive or a newer server's message: nothing we know how to show
  }
}
