import { Indicator, NativeSelect, Tabs } from "@mantine/core";
import { useDeferredValue } from "react";
import { link } from "../../api/address";
import type { Run } from "../../api/types";
import { useAddress } from "../../routing/useAddress";
import { ArtifactsTab } from "./artifacts/ArtifactsTab";
import { ConfigurationTab } from "./configuration/ConfigurationTab";
import { EventsTab } from "./events/EventsTab";
import { GateTab } from "./gate/GateTab";
import { JobsTab } from "./jobs/JobsTab";
import { MetricsTab } from "./metrics/MetricsTab";
import { OverviewTab } from "./overview/OverviewTab";
import { ResultsTab } from "./results/ResultsTab";
import { SpecialistsTab } from "./specialists/SpecialistsTab";
import { TreeTab } from "./tree/TreeTab";
import { VariationsTab } from "./variations/VariationsTab";
import { WatchTab } from "./watch/WatchTab";

const TABS = [
  { name: "overview", title: "Overview", Content: OverviewTab },
  { name: "tree", title: "Tree", Content: TreeTab },
  { name: "variations", title: "Variations", Content: VariationsTab },
  { name: "training", title: "Metrics", Content: MetricsTab },
  { name: "gate", title: "Gate", Content: GateTab },
  { name: "specialists", title: "Specialists", Content: SpecialistsTab },
  { name: "results", title: "Before and after", Content: ResultsTab },
  { name: "watch", title: "Watch", Content: WatchTab },
  { name: "jobs", title: "Jobs and logs", Content: JobsTab },
  { name: "events", title: "Events", Content: EventsTab },
  { name: "configuration", title: "Configuration", Content: ConfigurationTab },
  { name: "artifacts", title: "Artifacts", Content: ArtifactsTab },
];

/** What a link shows: figures and tables, without logs and files. */
const LINKED = new Set(["overview", "variations", "training", "gate", "specialists", "results"]);
const SHOWN = TABS.filter(({ name }) => !link || LINKED.has(name));

/** URL parameters that are kept when another view is opened. */
const KEPT = new Set(["metric", "cycle", "axis", "variations", "clusters"]);

const isWaiting = (run: Run) => run.status === "awaiting_approval" && run.read_only === "";

/** The views of a run; which one is open is in the URL. */
export function RunTabs({ run }: { run: Run }) {
  const { params, rewrite } = useAddress();
  const isDrawn = useDeferredValue(true, false); // what is above the view is seen, and can be used, before it is made
  const wanted = params.get("tab") ?? "overview";
  const current = SHOWN.some((tab) => tab.name === wanted) ? wanted : "overview";
  const open = (name: string | null) =>
    name && rewrite((now) => new URLSearchParams([["tab", name], ...[...now].filter(([key]) => KEPT.has(key))]));
  return (
    <Tabs value={current} onChange={open} keepMounted={false}>
      <NativeSelect
        hiddenFrom="sm"
        mb="sm"
        aria-label="View"
        data={SHOWN.map(({ name, title }) => ({ value: name, label: title }))}
        value={current}
        onChange={(event) => open(event.currentTarget.value)}
      />
      <Tabs.List mb="md" visibleFrom="sm">
        {SHOWN.map(({ name, title }) => (
          <Tabs.Tab key={name} value={name}>
            {name === "gate" && isWaiting(run) ? (
              <Indicator color="grape" offset={-4} processing>
                {title}
              </Indicator>
            ) : (
              title
            )}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {SHOWN.map(({ name, Content }) => (
        <Tabs.Panel key={name} value={name}>
          {isDrawn && current === name && <Content run={run} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
