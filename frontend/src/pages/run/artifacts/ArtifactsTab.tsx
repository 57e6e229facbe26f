import { Anchor, Badge, Button, Card, Code, SimpleGrid, Stack, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconFiles } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { served } from "../../../api/address";
import { artifactsQuery } from "../../../api/queries";
import type { Artifact, Run } from "../../../api/types";
import { type Column, DataTable } from "../../../components/DataTable";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";
import { bytes } from "../../../format/numbers";

export function ArtifactsTab({ run }: { run: Run }) {
  const query = useQuery(artifactsQuery(run.id));
  return (
    <Loaded query={query}>
      {(artifacts) => (artifacts.length ? <Files run={run} artifacts={artifacts} /> : <None run={run} />)}
    </Loaded>
  );
}

const address = (artifact: Artifact) => served(`/api/v1/artifacts/${artifact.id}/content`);

function Files({ run, artifacts }: { run: Run; artifacts: Artifact[] }) {
  const pictures = artifacts.filter((artifact) => artifact.kind === "picture");
  return (
    <Stack gap="md">
      {pictures.length > 0 && <Pictures pictures={pictures} />}
      <Panel
        title="Files"
        text="Checkpoints are safetensors files and demonstrations are npz files; none of them uses pickle."
      >
        <DataTable
          label="Artifacts"
          columns={run.read_only ? COLUMNS : [...COLUMNS, FORK]}
          rows={artifacts}
          rowKey={(file) => file.id}
          minWidth={620}
        />
      </Panel>
    </Stack>
  );
}

const COLUMNS: Column<Artifact>[] = [
  {
    id: "file",
    title: "File",
    cell: (file) => (
      <Anchor href={address(file)} download={file.name} size="sm">
        <IconDownload size={13} aria-hidden /> {file.name}
      </Anchor>
    ),
  },
  {
    id: "kind",
    title: "Kind",
    cell: (file) => (
      <Badge size="sm" variant="light" color="gray" tt="none">
        {file.kind}
      </Badge>
    ),
  },
  { id: "job", title: "Job", cell: (file) => file.job_key },
  { id: "epoch", title: "Epoch", cell: (file) => file.epoch },
  { id: "size", title: "Size", cell: (file) => bytes(file.size) },
  {
    id: "sha256",
    title: "SHA-256",
    cell: (file) => (
      <Tooltip label={file.sha256}>
        <Code>{file.sha256.slice(0, 10)}</Code>
      </Tooltip>
    ),
  },
  { id: "stored", title: "Stored", cell: (file) => <When at={file.created_at} /> },
];

/** A whole configuration is needed, so runs that are read-only have no such column. */
const FORK: Column<Artifact> = {
  id: "fork",
  title: "",
  cell: (file) =>
    ["checkpoint", "best"].includes(file.kind) && (
      <Button
        component={Link}
        to={`/runs/new?from=${file.run_id}&checkpoint=${file.id}`}
        size="compact-xs"
        variant="light"
        aria-label={`Continue from here: ${file.name} of ${file.job_key}`}
      >
        Continue from here
      </Button>
    ),
};

function Pictures({ pictures }: { pictures: Artifact[] }) {
  return (
    <Panel title="Pictures" text="The policy's behaviour, drawn at each evaluation.">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {pictures.map((picture) => (
          <figure key={picture.id} style={{ margin: 0 }}>
            <a href={address(picture)} target="_blank" rel="noreferrer">
              <img
                src={address(picture)}
                alt={`${picture.name} of ${picture.job_key}`}
                loading="lazy"
                style={{ width: "100%", maxHeight: 420, objectFit: "contain", borderRadius: 8, background: "white" }}
              />
            </a>
            <Text component="figcaption" size="xs" c="dimmed">
              {picture.job_key} · {picture.name}
            </Text>
          </figure>
        ))}
      </SimpleGrid>
    </Panel>
  );
}

function None({ run }: { run: Run }) {
  return (
    <Card withBorder>
      {run.imported ? (
        <EmptyState icon={IconFiles} title="No files" text="The record of an imported run contains its history only." />
      ) : (
        <EmptyState
          icon={IconFiles}
          title="No files yet"
          text="Checkpoints are saved about once a minute, pictures at evaluations, and demonstrations after the specialists."
        />
      )}
    </Card>
  );
}
