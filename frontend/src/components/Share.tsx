import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { IconShare } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { linkTo } from "../api/address";
import { type Shareable, type ShareLink, shareLinksQuery, useRevokeShareLink, useShare } from "../api/links";
import { useMayChange } from "../api/projects";
import { Loaded } from "./Loaded";
import { NewSecret, Revoke } from "./Secrets";
import { When } from "./When";

/** The button, and its dialogue; nothing for those who may not share. */
export function Share({ what }: { what: Shareable }) {
  const [open, setOpen] = useState(false);
  if (!useMayChange()) return null;
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconShare size={14} />} onClick={() => setOpen(true)}>
        Share
      </Button>
      <ShareDialogue what={what} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

/** Links that show a run or an experiment to people without an account. */
export function ShareDialogue({ what, opened, onClose }: { what: Shareable; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Share this ${what.kind}`} centered>
      {opened && <Links what={what} />}
    </Modal>
  );
}

const LASTS = [
  { value: "7", label: "One week" },
  { value: "30", label: "A month" },
  { value: "", label: "Until it is revoked" },
];

function Links({ what }: { what: Shareable }) {
  const share = useShare(what);
  const links = useQuery(shareLinksQuery(what));
  const [note, setNote] = useState("");
  const [days, setDays] = useState("30");
  return (
    <Stack gap="sm">
      <Text size="sm">
        Whoever has the link sees this {what.kind} with its data, and nothing else. It changes nothing and needs no
        account.
      </Text>
      <Group gap="xs" align="flex-end">
        <TextInput
          label="For whom"
          maxLength={200}
          style={{ flex: "1 1 140px" }}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <NativeSelect label="Lasts" data={LASTS} value={days} onChange={(e) => setDays(e.currentTarget.value)} />
        <Button loading={share.isPending} onClick={() => share.mutate({ note, days: days ? Number(days) : null })}>
          Create link
        </Button>
      </Group>
      {share.data && <NewSecret title="The link" secret={linkTo("shared", share.data.secret)} onClose={share.reset} />}
      <Loaded query={links} rows={1}>
        {(list) => list.map((link) => <Row key={link.id} what={what} link={link} />)}
      </Loaded>
    </Stack>
  );
}

function Row({ what, link }: { what: Shareable; link: ShareLink }) {
  const revoke = useRevokeShareLink(what);
  const name = link.note || `link ${link.id}`;
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <Text size="sm">{name}</Text>
        <Text size="xs" c="dimmed">
          by {link.created_by} <When at={link.created_at} />
          {link.last_used_at ? ", last used " : ", not used yet"}
          {link.last_used_at && <When at={link.last_used_at} />}
        </Text>
      </div>
      <Revoke
        what={name}
        consequence="Whoever has the link sees nothing any more."
        revokedAt={link.revoked_at}
        onRevoke={() => revoke.mutate(link.id)}
      />
    </Group>
  );
}
