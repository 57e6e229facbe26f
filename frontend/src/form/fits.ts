import type { Field, Fits } from "./field";
import { getIn } from "./paths";

const SEEN: Record<string, string> = { vector: "vectors", picture: "pictures" };

/** What is told of a member before it is chosen: "for pictures", or that the learner does not honour its hooks. */
export function noteOf(fits: Fits | undefined, heard?: string[]): string {
  const missing = unheard(fits, heard);
  if (missing.length > 0) return `the learner does not honour its hook ${missing.join(", ")}`;
  if (fits?.observes) return `for ${fits.observes.map((name) => SEEN[name] ?? name).join(" and ")}`;
  if (fits?.actions) return `for ${fits.actions.join(" and ")} actions`;
  return "";
}

/** Hooks that a guide needs and the learner does not honour; none while the learner's are unknown. */
export function unheard(fits: Fits | undefined, heard: string[] | undefined): string[] {
  return heard ? (fits?.hooks ?? []).filter((hook) => !heard.includes(hook)) : [];
}

/** The hooks that the chosen learner honours. */
export function hooksOf(fields: Field[], config: unknown): string[] | undefined {
  const learner = fields.find((field) => field.name === "learner");
  if (learner?.kind !== "union") return undefined;
  return learner.fits[String(getIn(config, ["learner", learner.discriminator]))]?.hooks;
}
