import type { VariationReturn } from "../../../api/types";

export type Column = "name" | "mean_return" | "success_rate" | "episodes" | "mean_length" | "epoch";

export interface Order {
  column: Column;
  descending: boolean;
}

export const WORST_FIRST: Order = { column: "mean_return", descending: false };

/** Variations that match the words, in order; what was never measured comes last, equals by their number. */
export function arrange(items: VariationReturn[], search: string, order: Order): VariationReturn[] {
  const words = search.trim().toLowerCase();
  const found = words ? items.filter((item) => item.name.toLowerCase().includes(words)) : [...items];
  const sign = order.descending ? -1 : 1;
  return found.sort((one, other) => {
    const a = order.column === "name" ? one.variation : one[order.column];
    const b = order.column === "name" ? other.variation : other[order.column];
    if (a === null || b === null) return a === b ? one.variation - other.variation : a === null ? 1 : -1;
    return (a - b) * sign || one.variation - other.variation;
  });
}

/** A second click on the same column turns its order around. */
export function nextOrder(order: Order, column: Column): Order {
  return { column, descending: order.column === column ? !order.descending : false };
}
