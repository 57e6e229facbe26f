import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Run } from "../../api/types";
import { When } from "../../components/When";
import { count, decimal } from "../../format/numbers";
import { STATUS_LABEL } from "../../theme";

/** What a fork continues from, what the run itself was continued by, and the forks that continue from it; of a run that
 * a script keeps control of, the runs of its specialists. */
export function Lineage({ run }: { run: Run }) {
  const { origin, forks, continuations } = run;
  return (
    <>
      {run.script && <ByScript script={run.script} />}
      {continuations.map((more, place) => (
        <Text size="sm" mt={4} key={more.number} data-testid="continuation">
          Continued: +{count(more.steps)} steps, <When at={more.asked_at} /> by {more.asked_by}; the budget was decided
          after the result was seen.
          {more.score !== null && ` Score before ${decimal(more.score)}${scoreAfter(run, place)}.`}
        </Text>
      ))}
      {origin && (
        <Text size="sm" mt={4}>
          Continues from {origin.run_id === null ? `“${origin.run_name}”` : <RunLink id={origin.run_id} />},{" "}
          {origin.job} at epoch {origin.epoch}, after {count(origin.steps)} steps, which its own do not include.
        </Text>
      )}
      {forks.length > 0 && (
        <Text size="sm" mt={4}>
          Continued by{" "}
          {forks.map((id, place) => (
            <span key={id}>
              {place > 0 && ", "}
              <RunLink id={id} />
            </span>
          ))}
          .
        </Text>
      )}
    </>
  );
}

/** Whose specialist the run is, or which runs its script launched for its own. */
function ByScript({ script }: { script: NonNullable<Run["script"]> }) {
  const { parent_id: parent, specialists } = script;
  const mine = specialists.reduce((sum, one) => sum + one.spent_steps, 0);
  return (
    <Text size="sm" mt={4} data-testid="script">
      {script.number === 0 && `Trained by a script of your own, which tracks it as “${script.key}”.`}
      {script.number > 0 && `Specialist ${script.number}${parent === null ? "" : " of "}`}
      {script.number > 0 && parent !== null && <RunLink id={parent} />}
      {script.number > 0 && ", trained by its script."}
      {specialists.map((one, place) => (
        <span key={one.run_id}>
          {place === 0 ? " Its specialists: " : ", "}
          <RunLink id={one.run_id} /> ({STATUS_LABEL[one.status].toLowerCase()})
        </span>
      ))}
      {specialists.length > 0 && `. They took ${count(mine)} steps, which are not among those of this run.`}
    </Text>
  );
}

/** Of a continuation, once it is evaluated: what the next one began with, or the run's own. */
function scoreAfter(run: Run, place: number): string {
  const next = run.continuations[place + 1];
  const after = next ? next.score : run.status === "succeeded" ? run.score : null;
  return after === null ? "" : `, after it ${decimal(after)}`;
}

const RunLink = ({ id }: { id: number }) => (
  <Anchor component={Link} to={`/runs/${id}`} size="sm" underline="always">
    run {id}
  </Anchor>
);
