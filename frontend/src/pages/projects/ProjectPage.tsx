import { Anchor, Breadcrumbs, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useAccount } from "../../api/accounts";
import { ApiError } from "../../api/problem";
import { projectQuery, useDeleteProject, useSetProjectQuota } from "../../api/projects";
import type { Project } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { Loaded } from "../../components/Loaded";
import { NotFound } from "../../components/NotFound";
import { useTitle } from "../../components/PageTitle";
import { ProjectQuota } from "../../components/QuotaPanel";
import { When } from "../../components/When";
import { many } from "../../format/numbers";
import { Members } from "./Members";

export function ProjectPage() {
  const id = Number(useParams().id);
  const query = useQuery({ ...projectQuery(id), enabled: Number.isInteger(id) });
  if (!Number.isInteger(id) || (query.error instanceof ApiError && query.error.status === 404))
    return <NotFound title="Project not found" text="It was deleted, or you are not in it." />;
  return <Loaded query={query}>{(project) => <ProjectView project={project} />}</Loaded>;
}

function ProjectView({ project }: { project: Project }) {
  useTitle(project.name);
  const account = useAccount();
  const setQuota = useSetProjectQuota(project.id);
  const manages = account?.role === "admin" || account?.name === project.owner;
  return (
    <Stack gap="md">
      <ProjectHeader project={project} manages={manages} />
      <Members project={project} manages={manages} />
      <ProjectQuota
        key={JSON.stringify(project.quota)}
        allowance={project}
        admin={account?.role === "admin"}
        pending={setQuota.isPending}
        onSave={(quota) => setQuota.mutate(quota)}
      />
    </Stack>
  );
}

function ProjectHeader({ project, manages }: { project: Project; manages: boolean }) {
  return (
    <Card withBorder>
      <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
        <Anchor component={Link} to="/projects" size="sm">
          Projects
        </Anchor>
        <Text size="sm" c="dimmed">
          Project {project.id}
        </Text>
      </Breadcrumbs>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere", flex: "1 1 240px" }}>
          {project.name}
        </Title>
        {manages && <DeleteProject project={project} />}
      </Group>
      <Text size="sm" c="dimmed" mt={4} component="div">
        <Anchor component={Link} to={`/runs?project=${project.id}`} size="sm">
          {many(project.runs, "run")}
        </Anchor>
        {" · "}
        <Anchor component={Link} to={`/experiments?project=${project.id}`} size="sm">
          {many(project.experiments, "experiment")}
        </Anchor>
        {" · "}created <When at={project.created_at} />, owned by {project.owner}
      </Text>
      {project.description && (
        <Text size="sm" mt="xs" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {project.description}
        </Text>
      )}
    </Card>
  );
}

function DeleteProject({ project }: { project: Project }) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteProject(project.id);
  const navigate = useNavigate();
  const used = project.runs + project.experiments > 0;
  return (
    <>
      <Button
        size="xs"
        variant="default"
        c={used ? undefined : "red"}
        leftSection={<IconTrash size={14} />}
        disabled={used}
        title={used ? "Move or delete its runs and experiments first" : undefined}
        onClick={() => setAsking(true)}
      >
        Delete
      </Button>
      <Confirm
        opened={asking}
        title="Delete this project?"
        text="Nothing belongs to it. Tokens that are limited to it are revoked."
        confirm="Delete the project"
        keep="Keep it"
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate("/projects", { replace: true }) })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
