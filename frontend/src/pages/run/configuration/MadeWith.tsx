import { Code, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { provenanceQuery } from "../../../api/queries";
import type { Provenance, Run, SourceState } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { many } from "../../../format/numbers";
import { CompareMadeWith } from "./CompareMadeWith";

/** What the run's jobs ran with: code, packages, device. */
export function MadeWith({ run }: { run: Run }) {
  const query = useQuery(provenanceQuery(run.id));
  return (
    <Panel title="Made with" text="Code, packages and machines, as each job recorded them when it started.">
      <Loaded query={query}>
        {(parts) =>
          parts.length === 0 ? (
            <Text size="sm">Nothing is recorded: no job has started, or the run is older than this record.</Text>
          ) : (
            <Stack gap="lg">
              {parts.map((part) => (
                <Part key={`${part.jobs[0]?.job_id}-${part.jobs[0]?.epoch}`} part={part} alone={parts.length === 1} />
              ))}
              <CompareMadeWith run={run} />
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Jobs that are made with the same. */
function Part({ part, alone }: { part: Provenance; alone: boolean }) {
  const title = alone ? "All jobs" : part.jobs.map(jobName).join(", ");
  return (
    <div>
      {!alone && (
        <Text fw={600} size="sm" mb={4} style={{ overflowWrap: "anywhere" }}>
          {title}
        </Text>
      )}
      <Table fz="sm" aria-label={`Made with: ${title}`} layout="fixed">
        <Table.Tbody style={{ overflowWrap: "anywhere" }}>
          {part.sources.map((source) => (
            <Row key={source.package} name={source.package}>
              <Source source={source} />
            </Row>
          ))}
          <Row name="Python">
            {part.python} <Packages packages={part.packages} />
          </Row>
          <Row name="Device">{part.driver ? `${part.device}, ${part.driver}` : part.device}</Row>
          <Row name="Machine">
            {part.machine}, {part.processor}, {part.system}
          </Row>
          <Row name="Jobs">
            <Commands part={part} />
          </Row>
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** A job that was resumed with something else is named with the epoch from which that holds. */
const jobName = (job: Provenance["jobs"][number]) =>
  job.epoch ? `${job.job_key} after epoch ${job.epoch}` : job.job_key;

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={{ base: 92, sm: 180 }} c="dimmed" fw={400} style={{ verticalAlign: "top" }}>
        {name}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}

function Source({ source }: { source: SourceState }) {
  const facts = [
    source.version && `version ${source.version}`,
    source.commit && `commit ${source.commit.slice(0, 10)}`,
    source.commit && source.changed.length === 0 && "no uncommitted changes",
  ].filter(Boolean);
  return (
    <>
      <span title={source.commit ?? undefined}>{facts.join(", ")}</span>
      {source.note && (
        <Text size="xs" c="dimmed">
          {source.note}
        </Text>
      )}
      {source.changed.length > 0 && (
        <Text component="details" size="sm">
          <Text component="summary" size="sm" c="orange">
            {many(source.changed.length, "uncommitted change")}
          </Text>
          <Text size="xs">{source.changed.join(", ")}</Text>
          {source.difference && (
            <Code block mt={4} mah={360} style={{ overflow: "auto" }}>
              {source.difference}
            </Code>
          )}
          {source.cut && (
            <Text size="xs" c="orange">
              There is more: only so much is kept.
            </Text>
          )}
        </Text>
      )}
    </>
  );
}

function Packages({ packages }: { packages: Provenance["packages"] }) {
  const names = Object.keys(packages).sort();
  return (
    <details>
      <summary>{many(names.length, "package")}</summary>
      <Text size="xs">{names.map((name) => `${name} ${packages[name]}`).join(", ")}</Text>
    </details>
  );
}

function Commands({ part }: { part: Provenance }) {
  return (
    <details>
      <summary>{many(part.jobs.length, "job")}</summary>
      {part.jobs.map((job) => (
        <Text size="xs" key={`${job.job_id}-${job.epoch}`}>
          {jobName(job)}, seed {job.seeds.job}: <Code>{job.command}</Code>
        </Text>
      ))}
    </details>
  );
}
