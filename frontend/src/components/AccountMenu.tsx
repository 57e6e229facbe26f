import { ActionIcon, Menu } from "@mantine/core";
import {
  IconFolder,
  IconGitFork,
  IconHistory,
  IconKey,
  IconLogout,
  IconTrash,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { useAccount, useSignOut } from "../api/accounts";
import { NoticesItem } from "../notices/Notices";
import { ThemeItem } from "./ThemeToggle";

/** Who is signed in, what is theirs to manage, and the way out. */
export function AccountMenu() {
  const account = useAccount();
  const signOut = useSignOut();
  if (!account) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Signed in as ${account.name}`}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {account.name} · {account.role}
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconKey size={16} />}>
          Account
        </Menu.Item>
        <Menu.Item component={Link} to="/projects" leftSection={<IconFolder size={16} />}>
          Projects
        </Menu.Item>
        <Menu.Item component={Link} to="/bin" leftSection={<IconTrash size={16} />}>
          Bin
        </Menu.Item>
        <Menu.Item component={Link} to="/policies" leftSection={<IconGitFork size={16} />}>
          Policies
        </Menu.Item>
        {account.role === "admin" && (
          <>
            <Menu.Item component={Link} to="/people" leftSection={<IconUsers size={16} />}>
              People
            </Menu.Item>
            <Menu.Item component={Link} to="/audit" leftSection={<IconHistory size={16} />}>
              Audit
            </Menu.Item>
          </>
        )}
        <NoticesItem />
        <ThemeItem />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate(undefined)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
