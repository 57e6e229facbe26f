import { Alert, Button, Code, CopyButton, Group, Text } from "@mantine/core";
import { useState } from "react";
import { Confirm } from "./Confirm";
import { When } from "./When";

interface RevokeProps {
  /** What is revoked, as in "the token notebook". */
  what: string;
  consequence: string;
  revokedAt: string | null;
  onRevoke: () => void;
}

/** Revokes something for good, after asking; afterwards, when that was. */
export function Revoke({ what, consequence, revokedAt, onRevoke }: RevokeProps) {
  const [asking, setAsking] = useState(false);
  if (revokedAt) {
    return (
      <Text size="sm" c="dimmed">
        revoked <When at={revokedAt} />
      </Text>
    );
  }
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={`Revoke ${what}`} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <Confirm
        opened={asking}
        title={`Revoke ${what}?`}
        text={consequence}
        confirm="Revoke"
        keep="Keep"
        onConfirm={() => {
          setAsking(false);
          onRevoke();
        }}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

interface NewSecretProps {
  title: string;
  secret: string;
  onClose: () => void;
}

/** A secret that was just made: the only time that it is shown. */
export function NewSecret({ title, secret, onClose }: NewSecretProps) {
  return (
    <Alert color="green" title={title} withCloseButton closeButtonLabel="Hide" onClose={onClose} mb="sm">
      <Text size="sm" mb="xs">
        Copy it now: it is not shown again.
      </Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code style={{ overflowWrap: "anywhere", flex: 1 }} data-testid="secret">
          {secret}
        </Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}
