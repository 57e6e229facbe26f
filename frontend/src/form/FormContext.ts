import { createContext, useContext } from "react";
import type { Field } from "./field";
import type { Origins } from "./origins";
import type { Path } from "./paths";

export interface FormState {
  fields: Field[];
  config: unknown;
  base: unknown;
  errors: Record<string, string>;
  set: (path: Path, value: unknown) => void;
  /** Where the base's values come from, by path. */
  origins: Origins;
  /** Readable names of a union's variants, where they have better ones than their tags: by path, then tag. */
  titles: Record<string, Record<string, string>>;
}

const Form = createContext<FormState | null>(null);

export const FormProvider = Form.Provider;

export function useForm(): FormState {
  const form = useContext(Form);
  if (!form) throw new Error("a setting was drawn outside its form");
  return form;
}
