import {
  ActionIcon,
  Anchor,
  AppShell,
  Box,
  Button,
  Center,
  Container,
  Group,
  Indicator,
  Stack,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconInbox, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, NavLink, Outlet, ScrollRestoration } from "react-router";
import { useWaitingCount } from "../api/gates";
import { useLive } from "../api/live";
import { useMayChange } from "../api/projects";
import { healthQuery, useServerAway } from "../api/queries";
import { many } from "../format/numbers";
import { Keyboard } from "../keyboard/Keyboard";
import { Notices } from "../notices/Notices";
import { AccountMenu } from "./AccountMenu";
import { Outage } from "./Outage";
import classes from "./Shell.module.css";
import { ThemeToggle } from "./ThemeToggle";

export function Shell() {
  const mayChange = useMayChange();
  return (
    <AppShell header={{ height: 56 }} padding={0}>
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <AppShell.Header>
        <Container size="xl" h="100%" px={{ base: "sm", sm: "md" }}>
          <Group h="100%" justify="space-between" wrap="nowrap" gap={6}>
            <Group gap={6} wrap="nowrap">
              <Anchor component={Link} to="/runs" underline="never" c="inherit" aria-label="GSL Lab">
                <Group gap={8} wrap="nowrap">
                  <Logo />
                  <Text fw={700} visibleFrom="sm">
                    GSL Lab
                  </Text>
                </Group>
              </Anchor>
              <Group component="nav" gap={2} wrap="nowrap" aria-label="Main">
                <NavLink to="/runs" end className={classes.link}>
                  Runs
                </NavLink>
                <NavLink to="/experiments" className={classes.link}>
                  Experiments
                </NavLink>
                <NavLink to="/workers" className={classes.link}>
                  Workers
                </NavLink>
              </Group>
            </Group>
            <div className={classes.actions}>
              <LiveDot />
              <InboxLink />
              <Keyboard />
              <Box visibleFrom="sm">
                <ThemeToggle />
              </Box>
              <AccountMenu />
              {mayChange && <NewRun />}
            </div>
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Main id="content">
        <Container size="xl" py="md" px={{ base: "sm", sm: "md" }}>
          <Outage />
          <Outlet />
        </Container>
      </AppShell.Main>
      <Notices />
      <ScrollRestoration />
    </AppShell>
  );
}

/** To what waits for a decision, with its number. */
function InboxLink() {
  const waiting = useWaitingCount();
  const label = waiting ? `Inbox: ${many(waiting, "gate")} waiting` : "Inbox: nothing is waiting";
  return (
    <Tooltip label={label}>
      <Indicator label={waiting > 99 ? "99+" : waiting} size={16} color="grape" disabled={!waiting} offset={3}>
        <ActionIcon component={Link} to="/inbox" variant="subtle" color="gray" aria-label={label} data-testid="inbox">
          <IconInbox size={18} />
        </ActionIcon>
      </Indicator>
    </Tooltip>
  );
}

function NewRun() {
  return (
    <>
      <Button
        component={Link}
        to="/runs/new"
        size="xs"
        leftSection={<IconPlus size={14} />}
        visibleFrom="sm"
        aria-keyshortcuts="n"
        title="Shortcut: n"
      >
        New run
      </Button>
      <ActionIcon component={Link} to="/runs/new" variant="filled" aria-label="New run" hiddenFrom="sm">
        <IconPlus size={16} />
      </ActionIcon>
    </>
  );
}

const LIVE = { name: "Live", label: "Live: updates arrive automatically" };
const POLLING = { name: "Polling", label: "No live updates: polling every few seconds" };
const AWAY = { name: "Offline", label: "The server is unavailable: what is shown may be out of date" };

function LiveDot() {
  const live = useLive();
  const away = useServerAway();
  const version = useQuery(healthQuery).data?.version;
  const state = away ? AWAY : live ? LIVE : POLLING;
  const label = state.label;
  return (
    <Tooltip label={version ? `${label} · version ${version}` : label}>
      <Group gap={6} wrap="nowrap" className={classes.live} role="status" aria-label={label}>
        <span className={classes.dot} data-state={state.name} />
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {state.name}
        </Text>
      </Group>
    </Tooltip>
  );
}

/** A page of its own, outside the product's frame, with one form in its middle. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  useDocumentTitle(title);
  return (
    <Container component="main" size={420} py="xl">
      <Center mih="80dvh">
        <Stack gap="sm" w="100%">
          <Center>
            <Logo />
          </Center>
          <Title order={1} size="h2" ta="center">
            {title}
          </Title>
          {children}
        </Stack>
      </Center>
    </Container>
  );
}

/** One path that forks to three goals. */
export function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4c5fd5" />
      <path d="M6 16h7" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M13 16c4 0 4-8 9-8M13 16h9M13 16c4 0 4 8 9 8" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="24.5" cy="8" r="2.6" fill="#ffd43b" />
      <circle cx="24.5" cy="16" r="2.6" fill="#69db7c" />
      <circle cx="24.5" cy="24" r="2.6" fill="#74c0fc" />
    </svg>
  );
}
