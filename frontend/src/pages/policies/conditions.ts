import type { Conditions, Policy } from "../../api/policies";
import type { PlateauSettings } from "../../api/types";
import { plateauInWords, USUAL } from "../../form/plateau";
import { count, many } from "../../format/numbers";

export type Hours = NonNullable<Conditions["hours"]>[number];

/** What is stored under a name. */
export interface Draft {
  name: string;
  conditions: Conditions;
  note: string;
}

export const NONE: Conditions = { suites: [], hours: [], time_zone: "UTC" };
export const EMPTY: Draft = { name: "", conditions: NONE, note: "" };
export const DAYS: Hours["days"] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The hours that the form begins with. */
export const NIGHTS: Hours = { days: ["mon", "tue", "wed", "thu", "fri"], start: 20, end: 6 };

/** What the form begins with after a replay of a plateau. */
export const draftWith = (plateau: Partial<PlateauSettings> | null): Draft =>
  plateau ? { ...EMPTY, conditions: { ...NONE, plateau: { ...USUAL, ...plateau } } } : EMPTY;

/** What a stored policy's next version begins with. */
export const draftOf = ({ name, versions }: Policy): Draft => ({
  name,
  conditions: versions[0]?.conditions ?? NONE,
  note: "",
});

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
    ...(asked.plateau ? [`${plateauInWords(asked.plateau)} fires, too`] : []),
    ...(asked.hours?.length ? [`${asked.hours.map(hoursInWords).join(" or ")} (${asked.time_zone})`] : []),
  ];
}

const hoursInWords = ({ days, start, end }: Hours): string => `${days.join(", ")} from ${start} to ${end} o'clock`;
