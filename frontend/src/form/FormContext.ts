import { createContext, useContext } from "react";
import type { Path } from "./paths";

export interface FormState {
  config: unknown;
  base: unknown;
  errors: Record<string, string>;
  set: (path: Path, value: unknown) => void;
}

const Form = createContext<FormState | null>(null);

export const FormProvider = Form.Provider;

export function useForm(): FormState {
  const form = useContext(Form);
  if (!form) throw new Error("a setting was drawn outside its form");
  return form;
}
