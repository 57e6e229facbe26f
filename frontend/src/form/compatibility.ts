import type { Compatibility, Field } from "./field";
import { getIn } from "./paths";

const OBSERVED: Record<string, string> = { vector: "vector", picture: "image" };

/** A note on a member before it is chosen: "for image observations", or that the learner does not support its hooks. */
export function noteOf(needs: Compatibility | undefined, supported?: string[]): string {
  const missing = unsupportedHooks(needs, supported);
  if (missing.length > 0)
    return `the learner does not support ${missing.length === 1 ? "the hook" : "the hooks"} ${missing.join(", ")}`;
  if (needs?.observes) return `for ${needs.observes.map((name) => OBSERVED[name] ?? name).join(" and ")} observations`;
  if (needs?.actions) return `for ${needs.actions.join(" and ")} actions`;
  return "";
}

/** Hooks that a guide needs and the learner lacks; none while the learner's are unknown. */
export function unsupportedHooks(needs: Compatibility | undefined, supported: string[] | undefined): string[] {
  return supported ? (needs?.hooks ?? []).filter((hook) => !supported.includes(hook)) : [];
}

/** The hooks that the chosen learner supports. */
export function supportedHooks(fields: Field[], config: unknown): string[] | undefined {
  const learner = fields.find((field) => field.name === "learner");
  if (learner?.kind !== "union") return undefined;
  return learner.compatibility[String(getIn(config, ["learner", learner.discriminator]))]?.hooks;
}
