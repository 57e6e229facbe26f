import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { FieldError } from "../../../api/problem";
import type { Field } from "../../../form/field";
import { changesOf, merge, type PartialConfig, withDefaults } from "../../../form/merge";
import type { Origins } from "../../../form/OriginMark";
import { PartForm } from "./PartForm";
import { PartJson } from "./PartJson";

interface Props {
  fields: Field[];
  base: PartialConfig;
  /** What is laid over the base. */
  changes: PartialConfig;
  origins?: Origins;
  errors: FieldError[];
  onChange: (changes: PartialConfig) => void;
}

/** Changes to a configuration, by form or as JSON. */
export function PartEditor({ fields, base, changes, origins, errors, onChange }: Props) {
  const [view, setView] = useState("form");
  return (
    <>
      <SegmentedControl
        mb="sm"
        size="xs"
        aria-label="Editor"
        value={view}
        onChange={setView}
        data={[
          { value: "form", label: "Form" },
          { value: "json", label: "JSON" },
        ]}
      />
      {view === "form" ? (
        <PartForm
          fields={fields}
          base={base}
          config={withDefaults(fields, merge(base, changes))}
          origins={origins}
          errors={errors}
          onChange={(next) => onChange(changesOf(base, next))}
        />
      ) : (
        <PartJson config={changes} errors={errors} onChange={onChange} />
      )}
    </>
  );
}
