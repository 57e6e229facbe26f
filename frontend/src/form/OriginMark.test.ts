import { expect, it } from "vitest";
import { originOf } from "./OriginMark";

const origins = { learner: "library", "learner.gamma": "paper", "budget.total_steps": "somebody" };

it("marks a setting by its own path, else by the part it belongs to", () => {
  expect(originOf(origins, ["learner", "gamma"])).toBe("paper");
  expect(originOf(origins, ["learner", "network", "width"])).toBe("library");
  expect(originOf(origins, ["guide", "coefficient"])).toBeUndefined();
});

it("shows no mark it does not know", () => expect(originOf(origins, ["budget", "total_steps"])).toBeUndefined());
