/** "0-2, 7" -> [0, 1, 2, 7]; null for what is no list of seeds. */
export function parseSeeds(text: string): number[] | null {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  const seeds = parts.map(seedsOf);
  return parts.length > 0 && seeds.every((part) => part !== null) ? seeds.flat() : null;
}

const MOST = 1000;

function seedsOf(part: string): number[] | null {
  const match = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(part);
  if (!match) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last < first || last - first >= MOST) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
