/**
 * Call `act(key)` at once, and again for later calls of the same key: not before `period` ms have passed, nor before
 * what was begun has settled, so that a slow server is asked less often. Later calls are joined into one.
 */
export function throttleByKey<K>(act: (key: K) => Promise<unknown>, period: number) {
  const busy = new Map<K, { again: boolean }>();
  let stopped = false;

  async function run(key: K): Promise<void> {
    const state = { again: false };
    busy.set(key, state);
    await Promise.allSettled([act(key), new Promise((resolve) => setTimeout(resolve, period))]);
    busy.delete(key);
    if (state.again) call(key);
  }

  function call(key: K): void {
    const state = busy.get(key);
    if (state) state.again = true;
    else if (!stopped) run(key);
  }

  return {
    call,
    stop(): void {
      stopped = true;
    },
  };
}
