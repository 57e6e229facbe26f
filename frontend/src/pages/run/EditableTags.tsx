import { Button, Group, TagsInput } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { useState } from "react";
import { Tags } from "../../components/RunFacts";

export function EditableTags({ tags, onSave }: { tags: string[]; onSave: (tags: string[]) => void }) {
  const [draft, setDraft] = useState<string[] | null>(null);
  if (draft === null) {
    return (
      <Group gap="xs">
        <Tags tags={tags} />
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<IconTag size={13} />}
          onClick={() => setDraft(tags)}
        >
          {tags.length ? "Edit tags" : "Add tags"}
        </Button>
      </Group>
    );
  }
  const save = () => {
    onSave(draft);
    setDraft(null);
  };
  return (
    <Group gap="xs" align="flex-end">
      <TagsInput
        aria-label="Tags"
        placeholder="Press Enter after each tag"
        value={draft}
        onChange={setDraft}
        acceptValueOnBlur
        miw={240}
      />
      <Button size="xs" onClick={save}>
        Save tags
      </Button>
      <Button size="xs" variant="subtle" color="gray" onClick={() => setDraft(null)}>
        Cancel
      </Button>
    </Group>
  );
}
