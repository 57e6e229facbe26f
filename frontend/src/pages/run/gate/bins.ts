export interface Bin {
  from: number;
  to: number;
  chosen: number;
  others: number;
}

/** Ten bins over the scores; `chosen` counts those that specialists will train on. */
export function binsOf(scores: { score: number; chosen: boolean }[], number = 10): Bin[] {
  if (scores.length === 0) return [];
  const values = scores.map(({ score }) => score);
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / number || 1 / number;
  const bins = Array.from({ length: number }, (_, index) => ({
    from: low + index * width,
    to: low + (index + 1) * width,
    chosen: 0,
    others: 0,
  }));
  for (const { score, chosen } of scores) {
    const bin = bins[Math.min(number - 1, Math.floor((score - low) / width + 1e-9))];
    if (bin) bin[chosen ? "chosen" : "others"] += 1;
  }
  return bins;
}
