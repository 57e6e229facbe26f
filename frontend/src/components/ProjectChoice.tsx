import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { projectsQuery, useProjectsToLaunchInto } from "../api/projects";

interface Props {
  project?: number;
  onChange: (project: number | null) => void;
}

const options = (projects: { id: number; name: string }[]) =>
  projects.map((project) => ({ value: String(project.id), label: project.name }));

/** Narrows a list to one project; nothing while there is none. */
export function ProjectChoice({ project, onChange, ...props }: Props & Pick<SelectProps, "aria-label">) {
  const projects = useQuery(projectsQuery).data ?? [];
  if (projects.length === 0 && project === undefined) return null;
  return (
    <Select
      placeholder="Any project"
      data={options(projects)}
      value={project === undefined ? null : String(project)}
      onChange={(value) => onChange(value ? Number(value) : null)}
      clearable
      w={{ base: "calc(50% - 5px)", sm: 160 }}
      {...props}
    />
  );
}

interface TargetProps extends Omit<SelectProps, "value" | "onChange" | "data"> {
  value: number | null;
  onChange: (project: number | null) => void;
}

/** The project that something new belongs to; nothing while there is none to launch into. */
export function ProjectSelect({ value, onChange, ...props }: TargetProps) {
  const projects = useProjectsToLaunchInto();
  if (projects.length === 0) return null;
  return (
    <Select
      label="Project"
      description="Its members alone will see it."
      placeholder="None: everyone sees it"
      data={options(projects)}
      value={value === null ? null : String(value)}
      onChange={(chosen) => onChange(chosen ? Number(chosen) : null)}
      clearable
      {...props}
    />
  );
}
