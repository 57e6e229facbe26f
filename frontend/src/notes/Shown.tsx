import { Alert, Button, Group, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { NoteVersion } from "../api/types";
import { When } from "../components/When";

const Markdown = lazy(() => import("./Markdown")); // and its parser, once there is a text to show

/** Markdown, and its plain text until it can be drawn. */
export function MarkdownText({ text }: { text: string }) {
  const plain = (
    <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text}
    </Text>
  );
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} />
    </Suspense>
  );
}

/** Notes, or that there are none. */
export function Shown({ text }: { text: string }) {
  if (text) return <MarkdownText text={text} />;
  return (
    <Text size="sm" c="dimmed">
      No notes yet. Describe the purpose and what you observed.
    </Text>
  );
}

interface OvertakenProps {
  newest: NoteVersion;
  onJoin: () => void;
  onReplace: () => void;
}

/** Somebody else has saved meanwhile: neither text is lost. */
export function Overtaken({ newest, onJoin, onReplace }: OvertakenProps) {
  return (
    <Alert color="orange" mb="sm" title={`${newest.who} has saved these notes while you were writing`} role="alert">
      <Text size="xs" component="div" mb="xs">
        <When at={newest.at} />. Yours are below and not saved yet. The other text stays among the versions.
      </Text>
      <MarkdownText text={newest.text || "*Nothing*"} />
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" onClick={onJoin}>
          Put the other text above mine
        </Button>
        <Button size="xs" variant="default" onClick={onReplace}>
          Replace it with mine
        </Button>
      </Group>
    </Alert>
  );
}
