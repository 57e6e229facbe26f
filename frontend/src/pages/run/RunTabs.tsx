import { Indicator, Select, Tabs } from "@mantine/core";
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

/** The views of a run; which one is open is in the URL. */
export function RunTabs({ run }: { run: Run }) {
  const { params, rewrite } = useAddress();
  const wanted = params.get("tab") ?? "overview";
  const current = SHOWN.some((tab) => tab.name === wanted) ? wanted : "overview";
  const open = (name: string | null) =>
    name && rewrite((now) => new URLSearchParams([["tab", name], ...[...now].filter(([key]) => KEPT.has(key))]));
  return (
    <Tabs value={current} onChange={open} keepMounted={false}>
      <Select
        hiddenFrom="sm"
        mb="sm"
        aria-label="View"
        data={SHOWN.map(({ name, title }) => ({ value: name, label: title }))}
        value={current}
        onChange={open}
        allowDeselect={false}
      />
      <Tabs.List mb="md" visibleFrom="sm">
        {SHOWN.map(({ name, title }) => (
          <Tabs.Tab key={name} value={name}>
            <Indicator
              color="grape"
              offset={-4}
              disabled={name !== "gate" || run.status !== "awaiting_approval" || run.read_only !== ""}
              processing
            >
              {title}
            </Indicator>
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {SHOWN.map(({ name, Content }) => (
        <Tabs.Panel key={name} value={name}>
          {current === name && <Content run={run} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
