import { ActionIcon, Anchor, AppShell, Button, Container, Group, Text, Tooltip } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, NavLink, Outlet, ScrollRestoration } from "react-router";
import { useLive } from "../api/live";
import { healthQuery } from "../api/queries";
import { Logo } from "./Logo";
import { Outage } from "./Outage";
import classes from "./Shell.module.css";
import { ThemeToggle } from "./ThemeToggle";

export function Shell() {
  return (
    <AppShell header={{ height: 56 }} padding={0}>
      <a href="#content" className="skip-link">
        Skip to the content
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
            <Group gap="xs" wrap="nowrap">
              <LiveDot />
              <ThemeToggle />
              <Button component={Link} to="/runs/new" size="xs" leftSection={<IconPlus size={14} />} visibleFrom="sm">
                New run
              </Button>
              <ActionIcon component={Link} to="/runs/new" variant="filled" aria-label="New run" hiddenFrom="sm">
                <IconPlus size={16} />
              </ActionIcon>
            </Group>
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Main id="content">
        <Container size="xl" py="md" px={{ base: "sm", sm: "md" }}>
          <Outage />
          <Outlet />
        </Container>
      </AppShell.Main>
      <ScrollRestoration />
    </AppShell>
  );
}

function LiveDot() {
  const live = useLive();
  const version = useQuery(healthQuery).data?.version;
  const label = live ? "Live: changes appear by themselves" : "No live stream: asking every few seconds";
  return (
    <Tooltip label={version ? `${label} · version ${version}` : label}>
      <Group gap={6} wrap="nowrap" className={classes.live} role="status" aria-label={label}>
        <span className={classes.dot} data-live={live} />
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {live ? "Live" : "Polling"}
        </Text>
      </Group>
    </Tooltip>
  );
}
