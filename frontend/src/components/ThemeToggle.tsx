import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun, IconSunMoon } from "@tabler/icons-react";

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: "light", light: "dark", dark: "auto" };
const ICON = { auto: IconSunMoon, light: IconSun, dark: IconMoon };

export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICON[colorScheme];
  const label = `Colour scheme: ${colorScheme}`;
  return (
    <Tooltip label={`${label}. Click to switch to ${NEXT[colorScheme]}.`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(NEXT[colorScheme])}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
