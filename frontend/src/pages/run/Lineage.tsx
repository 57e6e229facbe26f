import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Run } from "../../api/types";
import { count } from "../../format/numbers";

/** What a fork continues from, and the forks that continue from the run. */
export function Lineage({ run }: { run: Run }) {
  const { origin, forks } = run;
  return (
    <>
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

const RunLink = ({ id }: { id: number }) => (
  <Anchor component={Link} to={`/runs/${id}`} size="sm">
    run {id}
  </Anchor>
);
