import { Button, Modal, Stack } from "@mantine/core";
import { useState } from "react";
import { useSetAccountQuota } from "../../api/accounts";
import type { Person } from "../../api/types";
import { QuotaForm, Usage } from "../../components/QuotaPanel";
import { bytes, count } from "../../format/numbers";

/** What an account may use, in a line; a dialog shows its use and changes it. */
export function PersonQuota({ person }: { person: Person }) {
  const [opened, setOpened] = useState(false);
  const set = useSetAccountQuota();
  const close = () => setOpened(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Quota of ${person.name}: ${inALine(person)}`}
        onClick={() => setOpened(true)}
      >
        {inALine(person)}
      </Button>
      <Modal opened={opened} onClose={close} title={`Quota of ${person.name}`} centered size="lg">
        <Stack gap="md">
          <Usage of={person} />
          <QuotaForm
            quota={person.quota}
            pending={set.isPending}
            onSave={(quota) => set.mutate({ name: person.name, ...quota }, { onSuccess: close })}
          />
        </Stack>
      </Modal>
    </>
  );
}

function inALine({ quota }: Person): string {
  const parts = [
    quota.running_jobs !== null && `${quota.running_jobs} jobs`,
    quota.steps_a_day !== null && `${count(quota.steps_a_day)} steps a day`,
    quota.storage_bytes !== null && bytes(quota.storage_bytes ?? 0),
  ].filter(Boolean);
  return parts.join(", ") || "Unlimited";
}
