import { Anchor, Button, Card, Group, Modal, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconFolder, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useAccount } from "../../api/accounts";
import { projectsQuery, useCreateProject } from "../../api/projects";
import type { Project } from "../../api/types";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { many } from "../../format/numbers";

export function ProjectsPage() {
  useTitle("Projects");
  const query = useQuery(projectsQuery);
  const mayCreate = useAccount()?.role !== "viewer";
  const [creating, setCreating] = useState(false);
  return (
    <>
      <PageTitle title="Projects" text="What belongs to a project is there for its members and for admins alone.">
        {mayCreate && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            New project
          </Button>
        )}
      </PageTitle>
      <Loaded query={query}>
        {(projects) => (projects.length === 0 ? <NoProjects /> : <ProjectCards projects={projects} />)}
      </Loaded>
      <NewProject opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function ProjectCards({ projects }: { projects: Project[] }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="section" aria-label="Projects">
      {projects.map((project) => (
        <Card key={project.id} withBorder>
          <Anchor component={Link} to={`/projects/${project.id}`} fw={600} style={{ overflowWrap: "anywhere" }}>
            {project.name}
          </Anchor>
          {project.description && (
            <Text size="sm" mt={4} lineClamp={3} style={{ overflowWrap: "anywhere" }}>
              {project.description}
            </Text>
          )}
          <Text size="xs" c="dimmed" mt="xs">
            {many(project.runs, "run")} · {many(project.experiments, "experiment")} ·{" "}
            {many(project.members.length, "member")} · {project.owner}'s
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function NoProjects() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconFolder}
        title="No projects"
        text="A project is a space that some people share: others see nothing of its runs and experiments."
      />
    </Card>
  );
}

/** Creates a project, then opens it, so that members can be added. */
function NewProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useCreateProject();
  const navigate = useNavigate();
  const begin = (event: React.FormEvent) => {
    event.preventDefault();
    create.mutate({ name, description }, { onSuccess: ({ id }) => navigate(`/projects/${id}`) });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New project" centered>
      <form onSubmit={begin}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            maxLength={100}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={name.trim() === ""} loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
