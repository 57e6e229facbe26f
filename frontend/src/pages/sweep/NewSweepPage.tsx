import { Anchor, Breadcrumbs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { presetsQuery } from "../../api/queries";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { PresetChooser } from "../../presets/PresetChooser";
import { useAddress } from "../../routing/useAddress";
import { SweepForm } from "./SweepForm";

/** A search over settings: from a preset, what is tried, by what, how often. */
export function NewSweepPage() {
  useTitle("New sweep");
  const { params, change } = useAddress();
  const presets = useQuery(presetsQuery);
  const name = params.get("preset") ?? presets.data?.[0]?.name;
  const preset = presets.data?.find((candidate) => candidate.name === name);
  return (
    <>
      <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
        <Anchor component={Link} to="/experiments" size="sm">
          Experiments
        </Anchor>
        <Text size="sm" c="dimmed">
          New sweep
        </Text>
      </Breadcrumbs>
      <PageTitle
        title="New sweep"
        text="An experiment whose runs are trials of a search over settings. The next one starts when one ends."
      />
      <Loaded query={presets}>
        {(list) => (
          <>
            <PresetChooser presets={list} chosen={name} onChoose={(preset) => change({ preset }, { replace: true })} />
            {preset ? (
              <SweepForm key={preset.name} preset={preset} />
            ) : (
              <Text>There is no preset “{name}”. Choose one above.</Text>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
