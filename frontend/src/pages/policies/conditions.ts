import type { Conditions } from "../../api/policies";
import { count, many } from "../../format/numbers";

export const NONE: Conditions = { suites: [], hours: [], time_zone: "UTC" };

type Hours = NonNullable<Conditions["hours"]>[number];

/** Each condition in words; all must hold. */
export function inWords(asked: Conditions): string[] {
  const worth = [
    ...(asked.score_below == null ? [] : [`the score is below ${asked.score_below}`]),
    ...(asked.min_gain == null ? [] : [`the last cycle gained at least ${asked.min_gain}`]),
  ];
  return [
    ...(asked.suites?.length ? [`the suite is ${asked.suites.join(" or ")}`] : []),
    ...(asked.most_specialists == null ? [] : [`at most ${many(asked.most_specialists, "specialist")}`]),
    ...(asked.most_steps == null ? [] : [`they cost at most ${count(asked.most_steps)} steps`]),
    ...(worth.length ? [worth.join(" or ")] : []),
    ...(asked.hours?.length ? [`${asked.hours.map(hoursInWords).join(" or ")} (${asked.time_zone})`] : []),
  ];
}

const hoursInWords = ({ days, start, end }: Hours): string => `${days.join(", ")} from ${start} to ${end} o'clock`;
