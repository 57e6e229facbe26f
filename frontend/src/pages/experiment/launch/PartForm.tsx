import { Alert, List } from "@mantine/core";
import { useMemo } from "react";
import type { FieldError } from "../../../api/problem";
import { ConfigForm } from "../../../form/ConfigForm";
import { placeErrors } from "../../../form/errors";
import { FormProvider, useTitles } from "../../../form/FormContext";
import type { Field } from "../../../form/field";
import type { PartialConfig } from "../../../form/merge";
import type { Origins } from "../../../form/OriginMark";
import { setIn } from "../../../form/paths";
import { sectionsOf } from "../../../form/sections";

interface Props {
  fields: Field[];
  base: PartialConfig;
  config: PartialConfig;
  origins?: Origins;
  errors: FieldError[];
  onChange: (config: PartialConfig) => void;
}

const NO_ORIGINS: Origins = {};
const FIRST = ["guide", "learner", "suite"];

/** The settings of a part of a launch; what differs from `base` is marked. All sections begin closed. */
export function PartForm({ fields, base, config, origins = NO_ORIGINS, errors, onChange }: Props) {
  const titles = useTitles();
  const sections = useMemo(() => {
    const all = sectionsOf(fields).map((section) => ({ ...section, advanced: section.name !== "run" }));
    const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
    const [own, ...rest] = all;
    return [
      ...(own ? [{ ...own, title: "Arm" }] : []),
      ...rest.sort((one, other) => rank(one.name) - rank(other.name)),
    ];
  }, [fields]);
  const placed = placeErrors(errors, fields, []);
  return (
    <FormProvider
      value={{
        fields,
        config,
        base,
        errors: placed.at,
        set: (path, value) => onChange(setIn(config, path, value)),
        origins,
        titles,
      }}
    >
      {placed.rest.length > 0 && (
        <Alert color="red" mb="sm">
          <List size="sm">
            {placed.rest.map((text) => (
              <List.Item key={text}>{text}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <ConfigForm sections={sections} />
    </FormProvider>
  );
}
