import { Anchor, Badge, Card, Code, SimpleGrid, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconFiles } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { artifactsQuery } from "../../../api/queries";
import type { Artifact, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";
import { bytes } from "../../../format/numbers";

export function ArtifactsTab({ run }: { run: Run }) {
  const query = useQuery(artifactsQuery(run.id));
  return (
    <Loaded query={query}>{(artifacts) => (artifacts.length ? <Files artifacts={artifacts} /> : <None />)}</Loaded>
  );
}

const address = (artifact: Artifact) => `/api/v1/artifacts/${artifact.id}/content`;

function Files({ artifacts }: { artifacts: Artifact[] }) {
  const pictures = artifacts.filter((artifact) => artifact.kind === "picture");
  return (
    <Stack gap="md">
      {pictures.length > 0 && <Pictures pictures={pictures} />}
      <Panel title="Files" text="Checkpoints hold safetensors, demonstrations npz; nothing needs pickle.">
        <Table.ScrollContainer minWidth={620}>
          <Table fz="sm" aria-label="Artifacts">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>Job</Table.Th>
                <Table.Th>Epoch</Table.Th>
                <Table.Th>Size</Table.Th>
                <Table.Th>SHA-256</Table.Th>
                <Table.Th>Stored</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="tabular">
              {artifacts.map((artifact) => (
                <FileRow key={artifact.id} artifact={artifact} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
    </Stack>
  );
}

function FileRow({ artifact }: { artifact: Artifact }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor href={address(artifact)} download={artifact.name} size="sm">
          <IconDownload size={13} aria-hidden /> {artifact.name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Badge size="sm" variant="light" color="gray" tt="none">
          {artifact.kind}
        </Badge>
      </Table.Td>
      <Table.Td>{artifact.job_key}</Table.Td>
      <Table.Td>{artifact.epoch}</Table.Td>
      <Table.Td>{bytes(artifact.size)}</Table.Td>
      <Table.Td>
        <Tooltip label={artifact.sha256}>
          <Code>{artifact.sha256.slice(0, 10)}</Code>
        </Tooltip>
      </Table.Td>
      <Table.Td>
        <When at={artifact.created_at} />
      </Table.Td>
    </Table.Tr>
  );
}

function Pictures({ pictures }: { pictures: Artifact[] }) {
  return (
    <Panel title="Pictures" text="What the policy did, drawn at each evaluation.">
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

function None() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconFiles}
        title="No files yet"
        text="Checkpoints come about every minute of training, pictures with evaluations, demonstrations after specialists."
      />
    </Card>
  );
}
