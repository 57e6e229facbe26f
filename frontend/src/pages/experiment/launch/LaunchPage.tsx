import { Anchor, Breadcrumbs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { experimentQuery } from "../../../api/experiments";
import { presetsQuery } from "../../../api/queries";
import { Loaded } from "../../../components/Loaded";
import { PageTitle, useTitle } from "../../../components/PageTitle";
import { configSchemaQuery } from "../../../form/config-schema";
import { PresetChooser } from "../../../presets/PresetChooser";
import { useAddress } from "../../../routing/useAddress";
import { LaunchForm } from "./LaunchForm";

/** Arms and seeds of one question, launched at once. */
export function LaunchPage() {
  useTitle("Launch arms and seeds");
  const id = Number(useParams().id);
  const { params, change } = useAddress();
  const experiment = useQuery({ ...experimentQuery(id), enabled: Number.isInteger(id) });
  const presets = useQuery(presetsQuery);
  const fields = useQuery(configSchemaQuery);
  const name = params.get("preset") ?? presets.data?.[0]?.name;
  const preset = presets.data?.find((candidate) => candidate.name === name);
  return (
    <>
      <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
        <Anchor component={Link} to="/experiments" size="sm">
          Experiments
        </Anchor>
        <Anchor component={Link} to={`/experiments/${id}`} size="sm">
          {experiment.data?.name ?? `Experiment ${id}`}
        </Anchor>
        <Text size="sm" c="dimmed">
          Launch
        </Text>
      </Breadcrumbs>
      <PageTitle
        title="Launch arms and seeds"
        text="Every arm runs with every seed. If one run is invalid, none is launched."
      />
      <Loaded query={experiment}>
        {() => (
          <Loaded query={presets}>
            {(list) => (
              <>
                <PresetChooser
                  presets={list}
                  chosen={name}
                  onChoose={(preset) => change({ preset }, { replace: true })}
                />
                <Loaded query={fields} rows={8}>
                  {(known) =>
                    preset ? (
                      <LaunchForm key={preset.name} experimentId={id} preset={preset} fields={known} />
                    ) : (
                      <Text>There is no preset “{name}”. Choose one above.</Text>
                    )
                  }
                </Loaded>
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}
