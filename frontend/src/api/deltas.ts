import type { Returns, VariationReturn } from "./types";

const key = (item: VariationReturn) => `${item.source}:${item.variation}`;

/** Lay newer estimates over the known ones; one estimate a variation is left. */
export function mergeReturns(known: Returns | undefined, news: Returns): Returns {
  if (!known) return news;
  const items = new Map(known.items.map((item) => [key(item), item]));
  for (const item of news.items) items.set(key(item), item);
  return { ...news, items: [...items.values()] };
}
