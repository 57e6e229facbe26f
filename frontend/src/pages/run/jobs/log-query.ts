import { queryOptions } from "@tanstack/react-query";
import { served } from "../../../api/address";
import { toApiError, unreachable } from "../../../api/problem";

export interface Log {
  text: string;
  /** Bytes known so far, where the next answer continues. */
  offset: number;
}

const MOST_CHARACTERS = 400_000;

/** A job's log; each time only what was written since is asked for. */
export function logQuery(jobId: number) {
  const queryKey = ["log", jobId] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<Log> => {
      const known = client.getQueryData<Log>(queryKey) ?? { text: "", offset: 0 };
      return appended(known, await read(jobId, known.offset, signal));
    },
  });
}

async function read(jobId: number, offset: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(served(`/api/v1/jobs/${jobId}/log?offset=${offset}`), { signal }).catch((cause) => {
    throw unreachable(cause);
  });
  if (!response.ok) throw toApiError(response.status, await response.json().catch(() => null));
  return response.arrayBuffer();
}

/** The log with more of it; only whole lines are taken, so that no character is cut in two. Very old lines go. */
export function appended(known: Log, more: ArrayBuffer): Log {
  const bytes = new Uint8Array(more);
  const whole = bytes.lastIndexOf(10) + 1;
  const text = known.text + new TextDecoder().decode(bytes.subarray(0, whole));
  return { text: text.slice(-MOST_CHARACTERS), offset: known.offset + whole };
}
