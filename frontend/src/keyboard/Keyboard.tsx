import { ActionIcon, Group, Kbd, Modal, Table, Text, Tooltip } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { type Command, neighbour, SHORTCUTS } from "./shortcuts";
import { keysOn, launchButton, listedRuns, remember, remembered, shortcutButton } from "./targets";

const Palette = lazy(() => import("./Palette")); // with its search, once somebody asks for it

/** All shortcuts, what they open, and the button that shows that there are any. */
export function Keyboard() {
  const [asked, setAsked] = useState(0);
  const [helps, setHelps] = useState(false);
  const openPalette = useCallback(() => setAsked((times) => times + 1), []);
  const openHelp = useCallback(() => setHelps(true), []);
  useShortcuts(openPalette, openHelp);
  return (
    <>
      <Tooltip label="Search and commands: Ctrl K. Shortcuts: ?">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Search and commands"
          aria-keyshortcuts="Control+K"
          onClick={openPalette}
          visibleFrom="sm"
        >
          <IconSearch size={18} />
        </ActionIcon>
      </Tooltip>
      {asked > 0 && (
        <Suspense>
          <Palette asked={asked} onHelp={openHelp} />
        </Suspense>
      )}
      <Modal opened={helps} onClose={() => setHelps(false)} title="Keyboard shortcuts" centered>
        <Help />
      </Modal>
    </>
  );
}

function Help() {
  return (
    <>
      <Table aria-label="Keyboard shortcuts">
        <Table.Tbody>
          {SHORTCUTS.map(({ keys, does }) => (
            <Table.Tr key={keys.join()}>
              <Table.Td w={110}>
                <Group gap={4} wrap="nowrap">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        Once a run of a list has the focus, the arrow keys move on as well. Letters do nothing while you type in a
        field.
      </Text>
    </>
  );
}

const G_MS = 1200; // within which a letter follows g

function useShortcuts(openPalette: () => void, openHelp: () => void) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const pressedG = useRef(0);
  useEffect(() => {
    const act = (command: Command): boolean => {
      pressedG.current = command.what === "pending" ? Date.now() : 0;
      if (command.what === "palette") openPalette();
      else if (command.what === "help") openHelp();
      else if (command.what === "go") navigate(command.to);
      else if (command.what === "launch") return press(launchButton());
      else if (command.what === "press") return press(shortcutButton(command.key));
      else if (command.what === "step") return step(command.by, pathname, navigate);
      else return false;
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      if (act(keysOn(event, Date.now() - pressedG.current < G_MS))) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    window.addEventListener("click", remember, true);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("click", remember, true);
    };
  }, [navigate, openPalette, openHelp, pathname]);
}

/** What cannot be undone only gets the focus, so that it takes a second key. */
function press(button: HTMLElement | undefined): boolean {
  if (!button) return false;
  if (button.dataset.shortcut === "focus") button.focus();
  else button.click();
  return true;
}

/** To the next run of the list on the page, or of the list from which the run on the page was opened. */
function step(by: 1 | -1, pathname: string, navigate: (to: string) => unknown): boolean {
  const own = /^\/runs\/(\d+)$/.exec(pathname)?.[1];
  if (own) {
    const list = remembered();
    const next = list.includes(Number(own)) ? neighbour(list, Number(own), by) : undefined;
    if (next !== undefined) navigate(`/runs/${next}`);
    return next !== undefined;
  }
  const links = listedRuns();
  const next = neighbour(
    links,
    links.find((link) => link === document.activeElement),
    by,
  );
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}
