import { Accordion, Alert, Box, Text } from "@mantine/core";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { useLaunch } from "../../api/mutations";
import { ApiError } from "../../api/problem";
import type { PlateauSettings } from "../../api/types";
import { asksAtGate } from "../../components/RunFacts";
import { ConfigForm } from "../../form/ConfigForm";
import { NO_ERRORS, placeErrors } from "../../form/errors";
import { FormProvider, useTitles } from "../../form/FormContext";
import type { Field } from "../../form/field";
import { OriginLegend, type Origins } from "../../form/OriginMark";
import { changedPaths, getIn, type Path, setIn } from "../../form/paths";
import { plateauInWords, USUAL, withPlateau } from "../../form/plateau";
import { sectionsOf } from "../../form/sections";
import { About, type AboutRun, OWN_FIELDS } from "./About";
import { LaunchBar } from "./LaunchBar";
import { LaunchCard, type Launching } from "./LaunchCard";
import classes from "./NewRun.module.css";
import { asBody, usePreview } from "./usePreview";

interface Props {
  fields: Field[];
  base: Record<string, unknown>;
  origins: Origins;
  about: AboutRun;
  onAbout: (about: AboutRun) => void;
  /** The stored checkpoint that the run continues from. */
  checkpoint?: number;
  note?: ReactNode;
  /** Settings of criterion H that were tried in a replay, and that the form begins with. */
  plateau: Partial<PlateauSettings> | null;
}

/** The form of one new run, starting from `base`; remounted when the base changes. */
export function RunForm({ fields, base, origins, about, onAbout, checkpoint, note, plateau }: Props) {
  const [config, setConfig] = useState(() => withPlateau(base, plateau));
  const set = useCallback((path: Path, value: unknown) => setConfig((old) => setIn(old, path, value)), []);
  const sections = useMemo(() => sectionsOf(fields), [fields]);
  const launch = useLaunch();
  const navigate = useNavigate();
  const { preview, refused, outage, stale } = usePreview(config, checkpoint);

  // The preview judges what stands in the form now; a refused launch adds what only launching can find.
  const launchError = launch.error instanceof ApiError ? launch.error : null;
  const refusals = [...(refused?.errors ?? []), ...(launchError?.errors ?? [])];
  const placed = refusals.length > 0 ? placeErrors(refusals, fields, OWN_FIELDS) : NO_ERRORS;
  const unexplained = [refused, launchError, outage].filter((error) => error && !hasFields(error));
  const problems = [...new Set([...placed.rest, ...unexplained.map((error) => error?.message ?? "")])];

  const start = () =>
    launch.mutate(asBody({ ...about, name: about.name.trim(), config, checkpoint_id: checkpoint }), {
      onSuccess: (run) => navigate(`/runs/${run.id}`),
      onError: () => requestAnimationFrame(focusFirstFault),
    });
  const change = useCallback(
    (path: Path, value: unknown) => {
      launch.reset();
      set(path, value);
    },
    [launch.reset, set],
  );

  const titles = useTitles();
  const project = about.project_id ?? undefined;
  const launching: Launching = {
    suite: String(getIn(config, ["suite", "name"]) ?? ""),
    trainer: trainerOf(config),
    asks: asksAtGate(config),
    preview,
    stale,
    problems,
    faults: Object.keys(placed.at).length,
    changes: changedPaths(base, config).length,
    busy: launch.isPending,
    onLaunch: start,
    onReset: () => setConfig(base),
  };
  return (
    <FormProvider value={{ fields, config, base, errors: placed.at, set: change, origins, titles, project }}>
      <div className={classes.launch}>
        <LaunchCard launching={launching} />
      </div>
      <div>
        {note}
        {plateau && (
          <Alert variant="light" mb="md" title="With the plateau that was tried">
            {plateauInWords({ ...USUAL, ...plateau })}.
          </Alert>
        )}
        <Accordion defaultValue="about" variant="separated" order={2} mb="md">
          <Accordion.Item value="about">
            <Accordion.Control>
              <Text fw={600}>About this run</Text>
            </Accordion.Control>
            <Accordion.Panel>
              <About value={about} errors={placed.at} onChange={onAbout} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {Object.keys(origins).length > 0 && (
          <Box mb="sm">
            <OriginLegend />
          </Box>
        )}
        <ConfigForm sections={sections} />
      </div>
      <LaunchBar launching={launching} />
    </FormProvider>
  );
}

/** The trainer of somebody's own that the run names; undefined for GSL Lab's own learners. */
const trainerOf = (config: Record<string, unknown>) =>
  getIn(config, ["learner", "name"]) === "external" ? String(getIn(config, ["learner", "trainer"]) ?? "") : undefined;

const hasFields = (error: Error) => error instanceof ApiError && error.errors.length > 0;

function focusFirstFault(): void {
  document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
