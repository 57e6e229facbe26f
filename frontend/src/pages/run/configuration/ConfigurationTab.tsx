import { Button, Code, CopyButton, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { gatesQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { configSchemaQuery } from "../../../form/config-schema";
import type { Field } from "../../../form/field";
import { sectionsOf } from "../../../form/sections";
import classes from "./ConfigurationTab.module.css";
import { MadeWith } from "./MadeWith";
import { decidedSettings, settingsOf } from "./settings";

export function ConfigurationTab({ run }: { run: Run }) {
  return (
    <Stack gap="md">
      <Configuration run={run} />
      <MadeWith run={run} />
    </Stack>
  );
}

function Configuration({ run }: { run: Run }) {
  const fields = useQuery(configSchemaQuery);
  const gates = useQuery(gatesQuery(run.id)).data ?? [];
  const decided = decidedSettings(gates, run.config);
  return (
    <Panel
      title="Configuration"
      text={explained(run, decided.size)}
      actions={
        <Group gap="xs">
          <CopyButton value={JSON.stringify(run.config, null, 2)}>
            {({ copied, copy }) => (
              <Button
                size="xs"
                variant="default"
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                onClick={copy}
              >
                {copied ? "Copied" : "Copy as JSON"}
              </Button>
            )}
          </CopyButton>
          {!run.read_only && (
            <Button size="xs" component={Link} to={`/runs/new?from=${run.id}`}>
              Start from this run
            </Button>
          )}
        </Group>
      }
    >
      {run.read_only ? (
        <Code block data-testid="raw-configuration">
          {JSON.stringify(run.config, null, 2)}
        </Code>
      ) : (
        <Loaded query={fields}>{(known) => <Settings config={run.config} fields={known} decided={decided} />}</Loaded>
      )}
    </Panel>
  );
}

function explained(run: Run, decided: number): string {
  if (run.read_only) return "As it was stored, because this server cannot read it.";
  if (decided > 0) return "All settings of this run, as it was launched. What a gate decided otherwise is marked.";
  return "All settings of this run.";
}

interface SettingsProps {
  config: Run["config"];
  fields: Field[];
  decided: Map<string, string>;
}

function Settings({ config, fields, decided }: SettingsProps) {
  return (
    <div className={classes.columns}>
      {sectionsOf(fields).map((section) => (
        <Stack key={section.name} gap={4} className={classes.section}>
          <Title order={3} size="h5">
            {section.title}
          </Title>
          <Table fz="sm" aria-label={section.title}>
            <Table.Tbody className="tabular">
              {settingsOf(section.fields, config, section.own ? [] : [section.name]).map((setting) => (
                <Table.Tr key={setting.path} title={setting.help}>
                  <Table.Td pl={setting.depth * 16}>
                    <Text size="sm" c="dimmed">
                      {setting.label}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right">
                    {setting.value}
                    {decided.has(setting.path) && (
                      <Text size="sm" fw={600} c="grape" data-testid={`decided-${setting.path}`}>
                        decided: {decided.get(setting.path)}
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      ))}
    </div>
  );
}
