import { Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { treeQuery } from "../../../api/queries";
import type { Run, RunTree, TreeNode } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { count } from "../../../format/numbers";
import { NodeRow } from "./NodeRow";
import classes from "./TreeTab.module.css";
import { isFolded, isOnPath, partsOf, unfoldable } from "./tree";

/** What led to what in a run, how far each part is, and which parts make up the critical path. */
export function TreeTab({ run }: { run: Run }) {
  const query = useQuery(treeQuery(run));
  return (
    <Panel title="Tree of the run" text="Each part leads to its log, its gate or its run.">
      <Loaded query={query}>{(tree) => <Shown run={run} tree={tree} />}</Loaded>
    </Panel>
  );
}

function Shown({ run, tree }: { run: Run; tree: RunTree }) {
  if (tree.nodes.length === 0)
    return <Text c="dimmed">The parts of a run are not known while its configuration cannot be read.</Text>;
  return (
    <>
      <Text size="sm" mb="md" className="tabular">
        <span className={classes.sample} aria-hidden /> {pathText(run, tree)}
      </Text>
      <Nodes nodes={tree.nodes} label="Parts of the run" run={run} metric={tree.metric} />
    </>
  );
}

function pathText(run: Run, tree: RunTree): string {
  if (tree.spent_steps === 0) return "Critical path: no steps are spent yet.";
  const steps = `${count(tree.critical_path_steps)} of ${count(tree.spent_steps)} steps are on the critical path`;
  if (run.arm === "generalist") return `${steps}: a baseline has no specialists, which would train side by side.`;
  return `${steps}: specialists train side by side, so only the longest counts.`;
}

interface Of {
  run: Run;
  metric: RunTree["metric"];
}

function Nodes({ nodes, label, ...of }: Of & { nodes: TreeNode[]; label: string }) {
  return (
    <ol className={classes.list} aria-label={label}>
      {nodes.map((node) => (
        <Node key={node.key} node={node} {...of} />
      ))}
    </ol>
  );
}

/** A part with its branches; of folded ones only that on the critical path. */
function Node({ node, ...of }: Of & { node: TreeNode }) {
  const folded = isFolded(node);
  const [open, setOpen] = useState(!folded);
  const shown = open ? node.children : unfoldable(node);
  return (
    <li className={classes.node} data-critical={isOnPath(node)} data-state={node.state}>
      <NodeRow node={node} {...of} />
      {folded && <Toggle node={node} open={open} onToggle={() => setOpen(!open)} />}
      {shown.length > 0 && <Nodes nodes={shown} label={`Parts of ${node.title}`} {...of} />}
    </li>
  );
}

interface ToggleProps {
  node: TreeNode;
  open: boolean;
  onToggle: () => void;
}

function Toggle({ node, open, onToggle }: ToggleProps) {
  const Arrow = open ? IconChevronDown : IconChevronRight;
  return (
    <UnstyledButton className={classes.toggle} onClick={onToggle} aria-expanded={open}>
      <Arrow size={16} aria-hidden /> {open ? "Fold" : "Show"} the {partsOf(node)}
    </UnstyledButton>
  );
}
