import { Button, Menu } from "@mantine/core";
import { IconCopy, IconDots, IconScale, IconShare, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useDeleteRun } from "../../api/mutations";
import { useMayChange } from "../../api/projects";
import { hasEnded, type Run } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { Exports } from "../../components/ExportMenu";
import { ShareDialogue } from "../../components/Share";
import { LaunchBaseline } from "./RunBaseline";

/** What one does with a run now and then. */
export function MoreActions({ run }: { run: Run }) {
  const navigate = useNavigate();
  const remove = useDeleteRun(run.id, () => navigate("/runs", { replace: true }));
  const [opened, setOpened] = useState<"share" | "delete" | null>(null);
  const close = () => setOpened(null);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconDots size={14} />} aria-label="More actions">
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Items run={run} onShare={() => setOpened("share")} onDelete={() => setOpened("delete")} />
        </Menu.Dropdown>
      </Menu>
      <ShareDialogue what={{ kind: "run", id: run.id }} opened={opened === "share"} onClose={close} />
      <Confirm
        opened={opened === "delete"}
        title="Delete this run?"
        text="It goes into the bin, where it can be restored for 30 days. Then it is deleted for good, with its files."
        confirm="Delete the run"
        keep="Keep the run"
        onConfirm={() => remove.mutate(undefined, { onSettled: close })}
        onClose={close}
      />
    </>
  );
}

function Items({ run, onShare, onDelete }: { run: Run; onShare: () => void; onDelete: () => void }) {
  const mayShare = useMayChange();
  const readable = !run.read_only;
  const ended = hasEnded(run.status);
  return (
    <>
      {readable && !run.script && <LaunchBaseline run={run} />}
      {readable && !run.script && (
        <Menu.Item component={Link} to={`/runs/new?from=${run.id}`} leftSection={<IconCopy size={14} />}>
          Start from this run
        </Menu.Item>
      )}
      <Menu.Item component={Link} to={`/compare?runs=${run.id}`} leftSection={<IconScale size={14} />}>
        Compare with…
      </Menu.Item>
      {mayShare && (
        <Menu.Item leftSection={<IconShare size={14} />} onClick={onShare}>
          Share…
        </Menu.Item>
      )}
      <Exports of={`runs/${run.id}`} record={ended} />
      {ended && (
        <>
          <Menu.Divider />
          <Menu.Item leftSection={<IconTrash size={14} color="var(--mantine-color-red-6)" />} onClick={onDelete}>
            Delete…
          </Menu.Item>
        </>
      )}
    </>
  );
}
