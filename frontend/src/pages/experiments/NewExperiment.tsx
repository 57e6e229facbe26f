import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCreateExperiment } from "../../api/mutations";
import { ProjectSelect } from "../../components/ProjectChoice";

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Creates an experiment, then opens its first launch. */
export function NewExperiment({ opened, onClose }: Props) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [project, setProject] = useState<number | null>(null);
  const create = useCreateExperiment();
  const navigate = useNavigate();
  const begin = (event: React.FormEvent) => {
    event.preventDefault();
    const about = { name: name.trim(), description: description.trim(), project_id: project };
    create.mutate(about, { onSuccess: ({ id }) => navigate(`/experiments/${id}/launch`) });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New experiment" centered>
      <form onSubmit={begin}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="The question to answer, in a few words."
            required
            maxLength={200}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            description="What you compare, and which result would answer the question."
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <ProjectSelect value={project} onChange={setProject} />
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
