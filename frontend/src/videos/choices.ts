import type { Job, VariationReturn } from "../api/types";
import type { CheckpointChoice, Video, VideoAsk } from "../api/videos";

/** The policies that one wants to see side by side on a variation: the generalist before specialists, a specialist that
 * trained on the variation, and the fine-tuned generalist; of each the last checkpoint. */
export function usualChoices(checkpoints: CheckpointChoice[], jobs: Job[], variation: number): number[] {
  const main = checkpoints.filter((one) => one.main);
  const trained = new Set(jobs.filter((job) => job.variations.includes(variation)).map((job) => job.key));
  const last = (kind: string, fits = (_: CheckpointChoice) => true) =>
    main.filter((one) => one.job_kind === kind && fits(one)).pop();
  const found = [
    last("generalist"),
    last("specialist", (one) => one.index > 0 && trained.has(one.job_key)),
    last("finetune"),
  ];
  return found.flatMap((one) => (one ? [one.id] : []));
}

/** The policy that the run has come to. */
export const newestPolicy = (checkpoints: CheckpointChoice[]) =>
  checkpoints.filter((one) => one.main && one.job_kind !== "specialist").pop();

/** The variations with the lowest success, or return where there is none; those not measured are left out. */
export function worst(returns: VariationReturn[], most: number): VariationReturn[] {
  const value = (one: VariationReturn) => one.success_rate ?? one.mean_return;
  return returns
    .filter((one) => value(one) !== null)
    .sort((one, other) => (value(one) ?? 0) - (value(other) ?? 0) || (one.mean_return ?? 0) - (other.mean_return ?? 0))
    .slice(0, most);
}

/** One episode of a policy on a variation, the same for everybody who asks: its seed is 0. */
export const askFor = (policy: CheckpointChoice, variation: number, sampled = false): VideoAsk => {
  return { checkpoint_id: policy.id, variation, deterministic: !sampled, seed: 0, episodes: 1 };
};

/** Whether this is the video of what would be asked for. */
export const isOf = (video: Video, asked: VideoAsk, sha256: string) =>
  video.checkpoint_sha256 === sha256 &&
  video.variation === asked.variation &&
  video.seed === (asked.seed ?? 0) &&
  video.deterministic === (asked.deterministic ?? true) &&
  video.episodes === (asked.episodes ?? 1);
