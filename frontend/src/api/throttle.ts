/** Call `act(key)` at once and then at most once every `period` ms a key; a call that had to wait is not lost. */
export function throttleByKey<K>(act: (key: K) => void, period: number) {
  const waiting = new Map<K, { again: boolean; timer: ReturnType<typeof setTimeout> }>();

  function run(key: K): void {
    act(key);
    const timer = setTimeout(() => {
      const again = waiting.get(key)?.again;
      waiting.delete(key);
      if (again) run(key);
    }, period);
    waiting.set(key, { again: false, timer });
  }

  return {
    call(key: K): void {
      const held = waiting.get(key);
      if (held) held.again = true;
      else run(key);
    },
    stop(): void {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
