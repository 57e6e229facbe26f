import type { SpecialistTerms } from "../../../api/types";

/** What one specialist with its steps trains; as the server computes it in `gsl.config.measuring`. */
export interface Training {
  budget: number;
  trained: number;
  kept: number;
}

/** Whole epochs, beside what the specialist keeps for its last evaluation: at least one round, at most a fifth more. */
export function trainingOf(steps: number, variations: number, terms: SpecialistTerms): Training {
  const budget = Math.floor(steps / terms.rungs);
  const round = variations * terms.episode_steps;
  const kept = Math.max(round, Math.min(terms.evaluation_episodes * round, Math.floor(budget / 5)));
  const epochs = Math.floor(Math.max(0, budget - kept) / terms.epoch_steps);
  return { budget, trained: epochs * terms.epoch_steps, kept };
}

/** The next larger steps with which one more epoch would fit. */
export function nextSteps(steps: number, variations: number, terms: SpecialistTerms): number {
  const wanted = trainingOf(steps, variations, terms).trained + terms.epoch_steps;
  const round = variations * terms.episode_steps;
  const longest = terms.evaluation_episodes * round;
  // budget - max(round, min(longest, budget / 5)) must reach `wanted`
  const budget = wanted + Math.max(round, Math.min(longest, Math.floor((wanted - 1) / 4)));
  return budget * terms.rungs;
}

const exact = (steps: number) => steps.toLocaleString("en");

/** In words, what the largest specialist makes of its steps. */
export function trainingText(steps: number, variations: number, terms: SpecialistTerms): string {
  const { budget, trained, kept } = trainingOf(steps, variations, terms);
  const job =
    terms.rungs > 1 ? `In its first rung of ${exact(budget)} steps, the largest specialist` : "The largest specialist";
  const next = exact(nextSteps(steps, variations, terms));
  return (
    `${job} trains for at most ${exact(trained)} steps in whole epochs of ${exact(terms.epoch_steps)} and reserves ` +
    `${exact(kept)} for its last evaluation. Unused steps go to fine-tuning. Another epoch fits from ${next} steps on.`
  );
}
