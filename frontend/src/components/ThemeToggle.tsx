import { ActionIcon, type MantineColorScheme, Menu, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun, IconSunMoon } from "@tabler/icons-react";

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: "light", light: "dark", dark: "auto" };
const ICON = { auto: IconSunMoon, light: IconSun, dark: IconMoon };

function useTheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = NEXT[colorScheme];
  return { Icon: ICON[colorScheme], label: `Colour scheme: ${colorScheme}`, next, change: () => setColorScheme(next) };
}

export function ThemeToggle() {
  const { Icon, label, next, change } = useTheme();
  return (
    <Tooltip label={`${label}. Click to switch to ${next}.`}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={change}>
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

/** The same in a menu, on screens without room for the button. */
export function ThemeItem() {
  const { Icon, label, change } = useTheme();
  return (
    <Menu.Item leftSection={<Icon size={16} />} closeMenuOnClick={false} onClick={change} hiddenFrom="sm">
      {label}
    </Menu.Item>
  );
}
