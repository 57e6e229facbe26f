import { Button, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { TokenCreate } from "../../api/types";
import { ProjectSelect } from "../../components/ProjectChoice";

interface Props {
  onCreate: (token: TokenCreate) => void;
  pending: boolean;
}

const SCOPES = [
  { value: "read", label: "Read" },
  { value: "write", label: "Read and write" },
];
const LASTING = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "For ever" },
];

export function TokenForm({ onCreate, pending }: Props) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<TokenCreate["scope"]>("read");
  const [project, setProject] = useState<number | null>(null);
  const [days, setDays] = useState("90");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onCreate({ name, scope, days: days ? Number(days) : null, project_id: project });
        setName("");
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Name"
          placeholder="notebook"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          w={{ base: "100%", sm: 220 }}
        />
        <Select
          label="Scope"
          data={SCOPES}
          value={scope}
          onChange={(value) => setScope(value === "write" ? "write" : "read")}
          allowDeselect={false}
          w={{ base: "calc(50% - 6px)", sm: 160 }}
        />
        <Select
          label="Lasts"
          data={LASTING}
          value={days}
          onChange={(value) => setDays(value ?? "90")}
          allowDeselect={false}
          w={{ base: "calc(50% - 6px)", sm: 120 }}
        />
        <ProjectSelect
          value={project}
          onChange={setProject}
          description={null}
          placeholder="Opens everything"
          w={{ base: "100%", sm: 180 }}
        />
        <Button type="submit" loading={pending}>
          Create token
        </Button>
      </Group>
    </form>
  );
}
