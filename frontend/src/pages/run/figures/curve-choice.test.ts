import { describe, expect, it } from "vitest";
import { specialistAt, specialistsOf } from "./CurveChoice";

describe("specialistsOf", () => {
  it("lists each specialist once, whatever its rungs, and nothing else", () => {
    const keys = ["generalist-1", "lowest-1", "specialist-1-1", "specialist-1-12", "specialist-1-1-2", "finetune-1"];
    expect(specialistsOf([...keys, "demonstrations-1-1", "specialist-2-1"])).toEqual(["1-1", "1-12", "2-1"]);
  });

  it("is empty where nothing was planned yet, and for a baseline", () => {
    expect(specialistsOf([])).toEqual([]);
    expect(specialistsOf(["generalist-1", "evaluation-final"])).toEqual([]);
  });
});

describe("specialistAt", () => {
  it("reads the line's own name where each specialist has a line", () => {
    expect(specialistAt({ data: { meta: { specialist: "2-7" } } })).toBe("2-7");
  });

  it("reads number and cycle from the point where specialists share one, also from typed arrays", () => {
    expect(specialistAt({ customdata: [5, 0.4, 12, 1] })).toBe("1-12");
    expect(specialistAt({ customdata: new Float64Array([5, 0.4, 3, 2]) })).toBe("2-3");
  });

  it("is nobody on the generalist's line, and where nothing is said", () => {
    expect(specialistAt({ customdata: [5, 0.4, 0, 1] })).toBeNull();
    expect(specialistAt({ customdata: ["specialist", 9] })).toBeNull();
    expect(specialistAt({})).toBeNull();
  });

  it("prefers the line's own name to what its points carry", () => {
    const data = { meta: { specialist: "1-4" } };
    expect(specialistAt({ data, customdata: [5, 0.4, 3, 2] })).toBe("1-4");
  });

  it("is nobody where a line says that it belongs to none", () => {
    expect(specialistAt({ data: { meta: { specialist: null } } })).toBeNull();
  });
});
