import { Badge, Button, Card, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { peopleQuery, useAccount, useUpdatePerson } from "../../api/accounts";
import type { Person, Role } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { ROLES } from "../../theme";
import { Invitations } from "./Invitations";
import { PersonQuota } from "./PersonQuota";
import { WorkerTokens } from "./WorkerTokens";

/** Who and what may use the server; for admins. */
export function PeoplePage() {
  useTitle("People");
  return (
    <>
      <PageTitle title="People" text="Who may use this server, and which machines may work for it." />
      <Stack gap="md">
        <Accounts />
        <Invitations />
        <WorkerTokens />
      </Stack>
    </>
  );
}

function Accounts() {
  const people = useQuery(peopleQuery);
  return (
    <Panel title="Accounts" text="Viewers read. Members also launch, decide and change. Admins also manage this page.">
      <Loaded query={people} rows={3}>
        {(rows) => (
          <Card withBorder p={0}>
            <DataTable
              label="Accounts"
              columns={COLUMNS}
              rows={rows.map((person, id) => ({ ...person, id }))}
              rowKey={(row) => row.id}
              minWidth={680}
            />
          </Card>
        )}
      </Loaded>
    </Panel>
  );
}

const COLUMNS: Column<Person>[] = [
  { id: "name", title: "Name", cell: (person) => <Name person={person} /> },
  { id: "role", title: "Role", cell: (person) => <RoleChoice person={person} />, td: { w: 150 } },
  { id: "quota", title: "Quota", cell: (person) => <PersonQuota person={person} /> },
  {
    id: "used",
    title: "Last seen",
    cell: (person) => (person.last_used_at ? <When at={person.last_used_at} /> : "never"),
  },
  { id: "disable", title: "", cell: (person) => <Disable person={person} /> },
];

interface CellProps {
  person: Person;
}

function Name({ person }: CellProps) {
  return (
    <>
      <Group gap={6}>
        <Text size="sm" fw={600}>
          {person.name}
        </Text>
        {person.disabled && (
          <Badge size="sm" color="gray">
            disabled
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {person.email ?? (person.has_password ? "" : "no password")}
      </Text>
    </>
  );
}

function RoleChoice({ person }: CellProps) {
  const update = useUpdatePerson();
  const own = useAccount()?.name === person.name;
  return (
    <Select
      aria-label={`Role of ${person.name}`}
      size="xs"
      data={ROLES}
      value={person.role}
      disabled={own}
      allowDeselect={false}
      onChange={(role) => role && update.mutate({ name: person.name, role: role as Role })}
    />
  );
}

function Disable({ person }: CellProps) {
  const update = useUpdatePerson();
  const own = useAccount()?.name === person.name;
  const action = person.disabled ? "Enable" : "Disable";
  if (own) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${action} ${person.name}`}
      onClick={() => update.mutate({ name: person.name, disabled: !person.disabled })}
    >
      {action}
    </Button>
  );
}
