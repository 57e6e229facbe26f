import { Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  icon: Icon;
  title: string;
  text: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon: Picture, title, text, action }: Props) {
  return (
    <Center py={48} px="md">
      <Stack align="center" gap="sm" maw={460}>
        <ThemeIcon size={52} radius="xl" variant="light">
          <Picture size={28} />
        </ThemeIcon>
        <Title order={2} size="h3" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" component="div">
          {text}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
