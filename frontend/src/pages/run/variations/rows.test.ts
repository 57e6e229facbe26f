import { expect, it } from "vitest";
import type { VariationReturn } from "../../../api/types";
import { arrange, nextOrder, WORST_FIRST } from "./rows";

const item = (variation: number, mean_return: number | null) =>
  ({ variation, name: `goal ${variation}`, mean_return }) as VariationReturn;
const items = [item(0, 1), item(1, null), item(2, -1), item(12, 0.5)];
const order = (list: VariationReturn[]) => list.map(({ variation }) => variation);

it("sorts worst first, unmeasured last in both directions", () => {
  expect(order(arrange(items, "", WORST_FIRST))).toEqual([2, 12, 0, 1]);
  expect(order(arrange(items, "", nextOrder(WORST_FIRST, "mean_return")))).toEqual([0, 12, 2, 1]);
});

it("finds by name", () => expect(order(arrange(items, "GOAL 1", WORST_FIRST))).toEqual([12, 1]));
