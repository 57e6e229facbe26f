import type { Episode, Trace } from "../api/videos";

/** Where a picture of a video is: the episode, and the steps that it shows the result of; 0 is before any. */
export interface Place {
  episode: Episode;
  step: number;
}

/** Pictures of the whole video: each episode has one more than steps. */
export const pictures = (trace: Trace) => trace.episodes.reduce((sum, episode) => sum + episode.length + 1, 0);

/** What a picture shows; one after the end shows what the last does. */
export function placeOf(trace: Trace, picture: number): Place | null {
  const begun = trace.episodes.filter((episode) => episode.first_frame <= Math.max(0, picture));
  const episode = begun[begun.length - 1];
  return episode ? { episode, step: Math.min(picture - episode.first_frame, episode.length) } : null;
}

/** The time at which the picture is shown for sure: half a picture after its beginning. */
export const timeOf = (picture: number, rate: number) => (picture + 0.5) / rate;

export const pictureAt = (time: number, rate: number) => Math.max(0, Math.floor(time * rate + 1e-6));

/** The return after so many steps of an episode. */
export const returnAfter = ({ episode, step }: Place) => (step === 0 ? 0 : (episode.return[step - 1] ?? null));

/** What the policy thinks at a picture: about the step that follows, or at the end about the last one. */
export function thoughtAt({ episode, step }: Place) {
  const at = Math.min(step, episode.length - 1);
  const chosen = episode.action[at];
  const numbers = episode.probabilities?.[at] ?? episode.mean?.[at] ?? [];
  return {
    numbers,
    isProbability: episode.probabilities !== undefined,
    chosen: typeof chosen === "number" ? chosen : null,
  };
}

/** The same as words, for those who do not see the bars. */
export function wordsOf(place: Place): { label: string; told: string } {
  const { numbers, isProbability } = thoughtAt(place);
  const told = numbers.map((number, action) => `${action}: ${number.toFixed(2)}`).join(", ");
  return { label: isProbability ? "Probability of each action" : "Mean action", told };
}
