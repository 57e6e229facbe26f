import { Group, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useWaitingCount } from "../api/gates";

/** Of the document, with the number of gates that wait for a decision. */
export function useTitle(title: string) {
  const waiting = useWaitingCount();
  useDocumentTitle(`${waiting ? `(${waiting}) ` : ""}${title} · GSL Lab`);
}

export function PageTitle({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        {text && (
          <Text c="dimmed" size="sm">
            {text}
          </Text>
        )}
      </div>
      {children}
    </Group>
  );
}
