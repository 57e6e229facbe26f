import { Anchor, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Run, RunTree, TreeNode } from "../../../api/types";
import { decimal, many, percent } from "../../../format/numbers";
import classes from "./TreeTab.module.css";
import { addressOf, colourOf, isOnPath, shareOf, stateText, stepsText, timeText, variationsOf } from "./tree";

interface Props {
  node: TreeNode;
  run: Run;
  metric: RunTree["metric"];
}

/** One part: its name, state, progress, best result and time left. */
export function NodeRow({ node, run, metric }: Props) {
  return (
    <div className={classes.row}>
      <Mark node={node} />
      <Name node={node} run={run} />
      <Progress node={node} />
      <Result node={node} metric={metric} />
      <Text size="xs" className={`tabular ${classes.time}`}>
        {timeText(node)}
      </Text>
    </div>
  );
}

function Mark({ node }: { node: TreeNode }) {
  const coloured = node.state === "done" || node.state === "active" || node.state === "failed";
  return (
    <span className={classes.mark} style={{ background: coloured ? colourOf(node) : undefined }} aria-hidden>
      {node.state === "done" && <IconCheck size={12} stroke={3} />}
      {node.state === "failed" && <IconX size={12} stroke={3} />}
      {(node.state === "skipped" || node.state === "cancelled") && <IconMinus size={12} stroke={3} />}
    </span>
  );
}

function Name({ node, run }: { node: TreeNode; run: Run }) {
  const address = addressOf(node, run.id);
  return (
    <div className={classes.name}>
      {address ? (
        <Anchor component={Link} to={address} size="sm" fw={node.critical ? 700 : 500}>
          {node.title}
        </Anchor>
      ) : (
        <Text span size="sm" fw={node.critical ? 700 : 500}>
          {node.title}
        </Text>
      )}
      {isOnPath(node) && <VisuallyHidden> (on the critical path)</VisuallyHidden>}
      <Text size="xs" c="dimmed" className="tabular">
        {stateText(node)}
        {node.variations.length > 0 && " · "}
        {node.variations.length > 0 && (
          <Anchor component={Link} to={variationsOf(node, run.id)} size="xs" underline="always">
            {many(node.variations.length, "variation")}
          </Anchor>
        )}
      </Text>
    </div>
  );
}

function Progress({ node }: { node: TreeNode }) {
  const share = shareOf(node);
  return (
    <div className={classes.progress}>
      {share !== null && (
        <div className={classes.track}>
          <div
            className={node.state === "active" ? `${classes.fill} pulse` : classes.fill}
            style={{ width: `${share * 100}%`, background: colourOf(node) }}
          />
        </div>
      )}
      <Text size="xs" className="tabular">
        {stepsText(node)}
      </Text>
    </div>
  );
}

/** The best result and what it was measured in; of specialists together the worst, the median and the best. */
function Result({ node, metric }: { node: TreeNode; metric: RunTree["metric"] }) {
  const value = metric === "success" ? percent : decimal;
  const { spread } = node;
  if (spread)
    return (
      <div className={classes.result}>
        <Text size="xs" className="tabular">
          {spread.done} of {spread.specialists} done
        </Text>
        {spread.best !== null && (
          <Text size="xs" c="dimmed" className="tabular">
            worst {value(spread.worst)}, median {value(spread.median)}, best {value(spread.best)}
          </Text>
        )}
      </div>
    );
  return (
    <div className={classes.result}>
      {node.best !== null && (
        <>
          <Text size="xs" className="tabular">
            best {value(node.best)}
          </Text>
          <Text size="xs" c="dimmed" className="tabular">
            {node.best_of}
          </Text>
        </>
      )}
    </div>
  );
}
