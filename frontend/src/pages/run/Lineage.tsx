import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Run } from "../../api/types";
import { When } from "../../components/When";
import { count, decimal } from "../../format/numbers";

/** What a fork continues from, what the run itself was continued by, and the forks that continue from it. */
export function Lineage({ run }: { run: Run }) {
  const { origin, forks, continuations } = run;
  return (
    <>
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

/** Of a continuation, once it is evaluated: what the next one began with, or the run's own. */
function scoreAfter(run: Run, place: number): string {
  const next = run.continuations[place + 1];
  const after = next ? next.score : run.status === "succeeded" ? run.score : null;
  return after === null ? "" : `, after it ${decimal(after)}`;
}

const RunLink = ({ id }: { id: number }) => (
  <Anchor component={Link} to={`/runs/${id}`} size="sm">
    run {id}
  </Anchor>
);
