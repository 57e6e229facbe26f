import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { useAccount } from "../api/accounts";
import { foundExperimentsQuery } from "../api/experiments";
import { meantQuery } from "../api/notes";
import { useMayChange } from "../api/projects";

interface Entry {
  id: string;
  title: string;
  text?: string;
  act: () => void;
}

/** Runs and experiments, found by the server as one types, pages and actions. Opens whenever `asked` grows. */
export default function Palette({ asked, onHelp }: { asked: number; onHelp: () => void }) {
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 150);
  const fresh = settled === text.trim(); // nothing is offered for an older text, which a fast hand would choose
  const runs = useQuery(meantQuery(settled)).data ?? [];
  const experiments = useQuery(foundExperimentsQuery(settled)).data ?? [];
  const navigate = useNavigate();
  const fixed = useFixed(onHelp).filter(({ title }) => title.toLowerCase().includes(text.trim().toLowerCase()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: opened anew each time somebody asks
  useEffect(() => spotlight.open(), [asked]);
  const found = (kind: "runs" | "experiments", { id, name }: { id: number; name: string }): Entry => ({
    id: `${kind}-${id}`,
    title: name,
    text: `${kind === "runs" ? "Run" : "Experiment"} ${id}`,
    act: () => navigate(`/${kind}/${id}`),
  });
  const groups = [
    { name: "Runs", entries: (fresh ? runs : []).slice(0, 6).map((run) => found("runs", run)) },
    { name: "Experiments", entries: (fresh ? experiments : []).slice(0, 4).map((each) => found("experiments", each)) },
    { name: "Pages and actions", entries: fixed },
  ].filter(({ entries }) => entries.length > 0);
  return (
    <Spotlight.Root
      query={text}
      onQueryChange={setText}
      shortcut={null}
      clearQueryOnClose
      scrollable
      maxHeight={420}
      attributes={{ content: { "aria-label": "Search and commands" } }}
    >
      <Spotlight.Search placeholder="Run, experiment, page or action" aria-label="Search and commands" />
      <Spotlight.ActionsList>
        {groups.map(({ name, entries }) => (
          <Spotlight.ActionsGroup key={name} label={name}>
            {entries.map(({ id, title, text: description, act }) => (
              <Spotlight.Action key={id} label={title} description={description} onClick={act} />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>Nothing is called so.</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

const PAGES: Record<string, string> = {
  "/runs": "Runs",
  "/experiments": "Experiments",
  "/inbox": "Inbox",
  "/workers": "Workers",
  "/projects": "Projects",
  "/policies": "Policies",
  "/bin": "Bin",
  "/account": "Account",
};
const ADMINS: Record<string, string> = { "/people": "People", "/audit": "Audit" };

/** What is there without a search. */
function useFixed(onHelp: () => void): Entry[] {
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const isAdmin = useAccount()?.role === "admin";
  const { toggleColorScheme } = useMantineColorScheme();
  const to = ([path, title]: [string, string]): Entry => ({ id: path, title, act: () => navigate(path) });
  const launches: [string, string][] = [
    ["/runs/new", "New run"],
    ["/runs/new?preset=forkmaze-quick", "New run from the quick preset"],
  ];
  return [
    ...(mayChange ? launches.map(to) : []),
    ...Object.entries(PAGES).map(to),
    ...(isAdmin ? Object.entries(ADMINS).map(to) : []),
    { id: "scheme", title: "Light or dark colours", act: toggleColorScheme },
    { id: "help", title: "Keyboard shortcuts", act: onHelp },
  ];
}
