import { Alert, Anchor, Button, Checkbox, Group, List, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { link } from "../../api/address";
import { useMayChange } from "../../api/projects";
import { type Sweep, useLaunchResults } from "../../api/sweeps";
import { Panel } from "../../components/Panel";
import { many } from "../../format/numbers";
import { parseSeeds } from "../experiment/launch/arms";
import { freshSeeds } from "./space";

/** Result runs of the winner: an experiment of its own, on seeds that the search has not seen. */
export function RunWinner({ sweep }: { sweep: Sweep }) {
  const mayChange = useMayChange();
  if (sweep.best === null && sweep.results.length === 0) return null;
  return (
    <Panel
      title="Results"
      text="The best of many trials looks better than it is. Results are runs of its settings on other seeds."
    >
      {sweep.results.length > 0 && (
        <List size="sm" mb="xs">
          {sweep.results.map((made) => (
            <List.Item key={made.experiment_id}>
              {link ? (
                made.name
              ) : (
                <Anchor component={Link} to={`/experiments/${made.experiment_id}`} size="sm">
                  {made.name}
                </Anchor>
              )}
              : trial {made.trial} on result seeds {made.seeds.join(", ")}
            </List.Item>
          ))}
        </List>
      )}
      {mayChange && sweep.best !== null && <LaunchResults sweep={sweep} />}
    </Panel>
  );
}

function LaunchResults({ sweep }: { sweep: Sweep }) {
  const [text, setText] = useState(freshSeeds(sweep.settings.tuning_seeds ?? []));
  const [untuned, setUntuned] = useState(true);
  const launch = useLaunchResults(sweep.experiment_id);
  const navigate = useNavigate();
  const seeds = parseSeeds(text);
  const start = () =>
    seeds && launch.mutate({ seeds, untuned, name: "" }, { onSuccess: ({ id }) => navigate(`/experiments/${id}`) });
  return (
    <>
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Result seeds"
          value={text}
          error={seeds === null && "Enter whole numbers or ranges, for example 100-104."}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Checkbox
          mb={8}
          label="also the untuned settings"
          checked={untuned}
          onChange={(event) => setUntuned(event.currentTarget.checked)}
        />
        <Button disabled={seeds === null} loading={launch.isPending} onClick={start}>
          Run trial {sweep.best} on result seeds
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {many((seeds?.length ?? 0) * (untuned ? 2 : 1), "run")} in a new experiment.
      </Text>
      {launch.error && (
        <Alert color="red" mt="xs" p="xs">
          {launch.error.message}
        </Alert>
      )}
    </>
  );
}
