import { Button, Card, Group, Select, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { invitationsQuery, useInvite, useRevokeInvitation } from "../../api/accounts";
import { served } from "../../api/address";
import type { Invitation, Role } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { NewSecret, Revoke } from "../../components/Secrets";
import { When } from "../../components/When";
import { parseTime } from "../../format/time";
import { ROLES } from "../../theme";

export function Invitations() {
  const invitations = useQuery(invitationsQuery);
  const [secret, setSecret] = useState<string>();
  const link = `${window.location.origin}${served("/invitation")}#${secret}`;
  return (
    <Panel title="Invitations" text="A link with which one person makes an account. It lasts a week.">
      {secret && <NewSecret title="Send this link to the person" secret={link} onClose={() => setSecret(undefined)} />}
      <InviteForm onMade={setSecret} />
      <Loaded query={invitations} rows={1}>
        {(rows) =>
          rows.length > 0 && (
            <Card withBorder p={0} mt="sm">
              <DataTable label="Invitations" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} minWidth={560} />
            </Card>
          )
        }
      </Loaded>
    </Panel>
  );
}

function InviteForm({ onMade }: { onMade: (secret: string) => void }) {
  const [note, setNote] = useState("");
  const [role, setRole] = useState<Role>("member");
  const invite = useInvite();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ note, role, days: 7 }, { onSuccess: (made) => onMade(made.secret) });
        setNote("");
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="For"
          placeholder="Ada"
          maxLength={200}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          w={{ base: "calc(60% - 6px)", sm: 220 }}
        />
        <Select
          label="Role"
          data={ROLES}
          value={role}
          onChange={(value) => setRole((value ?? "member") as Role)}
          allowDeselect={false}
          w={{ base: "calc(40% - 6px)", sm: 130 }}
        />
        <Button type="submit" loading={invite.isPending}>
          Create link
        </Button>
      </Group>
    </form>
  );
}

const COLUMNS: Column<Invitation>[] = [
  { id: "note", title: "For", cell: (one) => one.note || "anyone" },
  { id: "role", title: "Role", cell: (one) => one.role },
  { id: "made", title: "Made", cell: (one) => <Made invitation={one} /> },
  { id: "state", title: "", cell: (one) => <State invitation={one} /> },
];

interface CellProps {
  invitation: Invitation;
}

function Made({ invitation }: CellProps) {
  return (
    <>
      <When at={invitation.created_at} /> by {invitation.created_by}
    </>
  );
}

function State({ invitation }: CellProps) {
  const revoke = useRevokeInvitation();
  if (invitation.used_by) return <Text size="sm">used by {invitation.used_by}</Text>;
  if (parseTime(invitation.expires_at) < new Date()) {
    return (
      <Text size="sm" c="dimmed">
        expired
      </Text>
    );
  }
  return (
    <Revoke
      what={`the invitation${invitation.note && ` for ${invitation.note}`}`}
      consequence="Nobody can use its link any more."
      revokedAt={invitation.revoked_at}
      onRevoke={() => revoke.mutate(invitation.id)}
    />
  );
}
