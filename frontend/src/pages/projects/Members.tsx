import { Badge, Button, Card, Group, Select, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useRemoveMember, useSetMember, useUpdateProject } from "../../api/projects";
import type { Project, ProjectMember, ProjectRole } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { ROLES } from "../../theme";

interface Props {
  project: Project;
  manages: boolean;
}

const PROJECT_ROLES = ROLES.filter(({ value }) => value !== "admin");

/** Who is in a project, and what they may do there. */
export function Members({ project, manages }: Props) {
  const rows = project.members.map((member, id) => ({ ...member, id }));
  return (
    <Panel title="Members" text="Viewers see what belongs to the project. Members also launch, decide and change.">
      {manages && <AddMember project={project} />}
      <Card withBorder p={0} mt={manages ? "sm" : 0}>
        <DataTable
          label="Members"
          columns={columns(project, manages)}
          rows={rows}
          rowKey={(row) => row.id}
          minWidth={600}
        />
      </Card>
    </Panel>
  );
}

function columns(project: Project, manages: boolean): Column<ProjectMember>[] {
  return [
    { id: "name", title: "Name", cell: (member) => <Name member={member} owner={project.owner} /> },
    { id: "role", title: "Role", cell: (member) => <RoleOf {...{ project, member, manages }} />, td: { w: 150 } },
    { id: "added", title: "Added", cell: (member) => <When at={member.added_at} /> },
    { id: "remove", title: "", cell: (member) => manages && <Manage {...{ project, member }} /> },
  ];
}

function Name({ member, owner }: { member: ProjectMember; owner: string }) {
  return (
    <Group gap={6}>
      <Text size="sm" fw={600}>
        {member.name}
      </Text>
      {member.name === owner && (
        <Badge size="sm" variant="light">
          owner
        </Badge>
      )}
    </Group>
  );
}

function RoleOf({ project, member, manages }: Props & { member: ProjectMember }) {
  const set = useSetMember(project.id);
  if (!manages || member.name === project.owner) return member.role;
  return (
    <Select
      aria-label={`Role of ${member.name}`}
      size="xs"
      data={PROJECT_ROLES}
      value={member.role}
      allowDeselect={false}
      onChange={(role) => role && set.mutate({ name: member.name, role: role as ProjectRole })}
    />
  );
}

function Manage({ project, member }: { project: Project; member: ProjectMember }) {
  const remove = useRemoveMember(project.id);
  const update = useUpdateProject(project.id);
  if (member.name === project.owner) return null;
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {member.role === "member" && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Make owner: ${member.name}`}
          onClick={() => update.mutate({ owner: member.name })}
        >
          Make owner
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Remove ${member.name}`}
        onClick={() => remove.mutate(member.name)}
      >
        Remove
      </Button>
    </Group>
  );
}

function AddMember({ project }: { project: Project }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<ProjectRole>("member");
  const set = useSetMember(project.id);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate({ name: name.trim(), role }, { onSuccess: () => setName("") });
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Account"
          placeholder="ada"
          required
          maxLength={50}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          w={{ base: "calc(60% - 6px)", sm: 220 }}
        />
        <Select
          label="Role"
          data={PROJECT_ROLES}
          value={role}
          onChange={(value) => setRole((value ?? "member") as ProjectRole)}
          allowDeselect={false}
          w={{ base: "calc(40% - 6px)", sm: 130 }}
        />
        <Button type="submit" loading={set.isPending}>
          Add
        </Button>
      </Group>
    </form>
  );
}
