import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useMemo } from "react";
import { suitesQuery } from "../api/queries";
import type { Field } from "./field";
import type { Origins } from "./OriginMark";
import type { Path } from "./paths";

export interface FormState {
  fields: Field[];
  config: unknown;
  base: unknown;
  errors: Record<string, string>;
  set: (path: Path, value: unknown) => void;
  /** Where the base's values come from, by path. */
  origins: Origins;
  /** Where what is configured will be, if in a project. */
  project?: number;
  /** Readable names of a union's variants, where they have better ones than their tags: by path, then tag. */
  titles: Record<string, Record<string, string>>;
}

const Form = createContext<FormState | null>(null);

export const FormProvider = Form.Provider;

export function useForm(): FormState {
  const form = useContext(Form);
  if (!form) throw new Error("useForm was called outside a FormProvider");
  return form;
}

/** Readable names of the variants of unions, from the API. */
export function useTitles(): Record<string, Record<string, string>> {
  const suites = useQuery(suitesQuery).data;
  return useMemo(
    () => ({ suite: Object.fromEntries((suites ?? []).map((suite) => [suite.name, suite.title])) }),
    [suites],
  );
}
