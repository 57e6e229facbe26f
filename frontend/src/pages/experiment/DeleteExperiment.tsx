import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useDeleteExperiment } from "../../api/bin";
import type { Experiment } from "../../api/types";
import { Confirm } from "../../components/Confirm";

export function DeleteExperiment({ experiment }: { experiment: Experiment }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const remove = useDeleteExperiment(experiment.id, () => navigate("/experiments", { replace: true }));
  return (
    <>
      <Button size="xs" variant="default" c="red" leftSection={<IconTrash size={14} />} onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Confirm
        opened={asking}
        title="Delete this experiment?"
        text="It goes into the bin with its runs, which have to have ended. There it can be restored for 30 days."
        confirm="Delete the experiment"
        keep="Keep it"
        onConfirm={() => remove.mutate(undefined, { onSettled: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
