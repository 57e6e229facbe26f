import { Affix, Button, CloseButton, Group, Paper, Popover, Stack, TagsInput, Text, Transition } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArchive, IconChartLine, IconPlayerStop, IconTag, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useChangeRuns } from "../../api/run-list";
import type { RunsChange } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { many } from "../../format/numbers";
import type { Selection } from "./useRunWindow";

interface Props {
  selection: Selection;
  /** Whether archived runs are listed, so that they can be taken out of the archive. */
  archived: boolean;
}

const DONE: Record<RunsChange["action"], string> = {
  tag: "Tagged",
  untag: "Untagged",
  archive: "Archived",
  unarchive: "Listed again",
  cancel: "Cancelled",
  delete: "Put into the bin",
};
const COMPARED = 50; // runs that one page lays beside one another

/** What can be done to all chosen runs at once. */
export function SelectionBar({ selection, archived }: Props) {
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const change = useChangeRuns();
  const ids = [...selection.ids];
  const apply = (action: RunsChange["action"], tags: string[] = []) => {
    setAsking(null);
    change.mutate({ action, run_ids: ids, tags }, { onSuccess: ({ items }) => tell(action, items, selection) });
  };
  const keep = archived ? ("unarchive" as const) : ("archive" as const);
  return (
    <>
      <Affix position={{ bottom: 16, left: 0, right: 0 }} style={{ pointerEvents: "none" }} zIndex={150}>
        <Transition mounted={ids.length > 0} transition="slide-up">
          {(style) => (
            <Paper
              withBorder
              shadow="md"
              p="xs"
              mx="auto"
              w="fit-content"
              maw="calc(100% - 24px)"
              style={{ ...style, pointerEvents: "auto" }}
              role="toolbar"
              aria-label="Chosen runs"
            >
              <Group gap="xs" justify="center">
                <Text size="sm" fw={600} className="tabular">
                  {many(ids.length, "run")}
                </Text>
                <TagButton onTag={(tags) => apply("tag", tags)} />
                <Button {...LOOK} leftSection={<IconArchive size={15} />} onClick={() => apply(keep)}>
                  {archived ? "List again" : "Archive"}
                </Button>
                <Button {...LOOK} leftSection={<IconPlayerStop size={15} />} onClick={() => setAsking("cancel")}>
                  Cancel
                </Button>
                <Button {...LOOK} leftSection={<IconTrash size={15} />} onClick={() => setAsking("delete")}>
                  Delete
                </Button>
                {ids.length > 1 && ids.length <= COMPARED && (
                  <Button
                    {...LOOK}
                    component={Link}
                    to={`/compare?runs=${ids.join(",")}`}
                    leftSection={<IconChartLine size={15} />}
                  >
                    Compare
                  </Button>
                )}
                <CloseButton size="sm" aria-label="Choose no run" onClick={selection.clear} />
              </Group>
            </Paper>
          )}
        </Transition>
      </Affix>
      <Confirm
        opened={asking !== null}
        title={asking === "cancel" ? `Cancel ${many(ids.length, "run")}` : `Delete ${many(ids.length, "run")}`}
        text={
          asking === "cancel"
            ? "Running jobs write a checkpoint and stop, for good. Runs that have ended stay as they are."
            : "They are kept in the bin for 30 days. Runs that have not ended stay where they are."
        }
        confirm={asking === "cancel" ? "Cancel the runs" : "Delete the runs"}
        keep="Keep them"
        onConfirm={() => asking && apply(asking)}
        onClose={() => setAsking(null)}
      />
    </>
  );
}

const LOOK = { variant: "default", size: "xs" } as const;

function TagButton({ onTag }: { onTag: (tags: string[]) => void }) {
  const [opened, setOpened] = useState(false);
  const [tags, setTags] = useState<string[]>([]);
  const done = () => {
    setOpened(false);
    onTag(tags);
    setTags([]);
  };
  return (
    <Popover opened={opened} onDismiss={() => setOpened(false)} withArrow trapFocus width={260} position="top">
      <Popover.Target>
        <Button {...LOOK} leftSection={<IconTag size={15} />} onClick={() => setOpened(!opened)}>
          Tag
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <TagsInput label="Tags to add" value={tags} onChange={setTags} maxTags={20} acceptValueOnBlur />
          <Button size="xs" onClick={done} disabled={tags.length === 0}>
            Add tags
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What happened to each; runs that stayed as they were stay chosen. */
function tell(
  action: RunsChange["action"],
  items: readonly { run_id: number; done: boolean; detail: string }[],
  selection: Selection,
) {
  const done = items.filter((item) => item.done);
  const refused = items.filter((item) => !item.done);
  selection.set(
    done.map((item) => item.run_id),
    false,
  );
  if (done.length > 0) notifications.show({ message: `${DONE[action]}: ${many(done.length, "run")}.` });
  if (refused.length > 0)
    notifications.show({
      color: "orange",
      title: `${many(refused.length, "run")} left as before`,
      message: [...new Set(refused.map((item) => item.detail))].slice(0, 3).join(" "),
    });
}
