import { expect, test } from "vitest";
import { below, served } from "./address";

test("a path is below the base path, and only once", () => {
  for (const [path, whole] of [
    ["/", "/gsl/"],
    ["/gsl", "/gsl"],
    ["/gsl/", "/gsl/"],
    ["/gsl/runs/3", "/gsl/runs/3"],
    ["/runs/3", "/gsl/runs/3"],
    ["/gslab", "/gsl/gslab"],
  ] as const) {
    expect(below("/gsl", path)).toBe(whole);
    expect(below("", path)).toBe(path);
  }
});

test("without a page, as in these tests, the server is at the root", () => {
  expect(served("/api/v1/stream")).toBe("/api/v1/stream");
});
