/** A choice of variations as the URL and the API have it: `0-15,18`. */

const FORM = /^\d{1,16}(-\d{1,16})?(,\d{1,16}(-\d{1,16})?)*$/;
const MOST = 1_000_000;

/** The numbers that the text names; null if it names none, or has another form. */
export function parseChoice(text: string): Set<number> | null {
  if (!FORM.test(text)) return null;
  const chosen = new Set<number>();
  for (const part of text.split(",")) {
    const [first = 0, last = first] = part.split("-").map(Number);
    if (last - first > MOST) return null;
    for (let number = first; number <= last; number++) chosen.add(number);
  }
  return chosen.size > 0 ? chosen : null;
}

/** The same numbers as text, neighbours as a range. */
export function formatChoice(variations: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const number of [...new Set(variations)].sort((one, other) => one - other)) {
    const open = ranges.at(-1);
    if (open && number === open[1] + 1) open[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** The lowest and the highest of some scores; null if none is known. */
export function spanOf(scores: (number | null)[]): [number, number] | null {
  let span: [number, number] | null = null;
  for (const score of scores) {
    if (score === null) continue;
    span = span ? [Math.min(span[0], score), Math.max(span[1], score)] : [score, score];
  }
  return span;
}

/** A slider's steps round; a variation at the end of the range belongs to it. */
export function within(score: number | null, low: number, high: number): boolean {
  const rounding = 1e-9 + Math.abs(high - low) * 1e-6;
  return score !== null && score >= low - rounding && score <= high + rounding;
}
