import { Group, Table, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSelector } from "@tabler/icons-react";

interface Props {
  title: string;
  sorted: "ascending" | "descending" | "none";
  onSort: () => void;
}

const ICON = { ascending: IconChevronUp, descending: IconChevronDown, none: IconSelector };

export function SortHeader({ title, sorted, onSort }: Props) {
  const Arrow = ICON[sorted];
  return (
    <Table.Th aria-sort={sorted}>
      <UnstyledButton onClick={onSort}>
        <Group gap={4} wrap="nowrap">
          <Text span size="sm" fw={600}>
            {title}
          </Text>
          <Arrow size={14} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
