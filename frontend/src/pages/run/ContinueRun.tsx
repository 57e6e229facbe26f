import { Alert, Anchor, Button, Checkbox, Group, Loader, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { IconPlayerTrackNext } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type ContinuationOffer, type ContinuedWith, offerQuery, useContinue } from "../../api/continuing";
import type { Run } from "../../api/types";
import { count, many } from "../../format/numbers";
import { duration } from "../../format/time";

/** More steps for a run that succeeded: the button, and the dialogue that says what it costs and that it is marked. */
export function ContinueRun({ run }: { run: Run }) {
  const [opened, setOpened] = useState(false);
  const { data: offer } = useQuery(offerQuery(run.id, opened));
  if (run.status !== "succeeded" || run.imported || run.archived_at) return null;
  const close = () => setOpened(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerTrackNext size={14} />}
        onClick={() => setOpened(true)}
      >
        Continue…
      </Button>
      <Modal opened={opened} onClose={close} title="Continue this run" centered>
        {offer === undefined ? (
          <Loader role="status" aria-label="Loading" />
        ) : offer.why_not ? (
          <Text size="sm">{offer.why_not}</Text>
        ) : (
          <Form run={run} offer={offer} onClose={close} />
        )}
      </Modal>
    </>
  );
}

interface FormProps {
  run: Run;
  offer: ContinuationOffer;
  onClose: () => void;
}

function Form({ run, offer, onClose }: FormProps) {
  const epoch = offer.epoch_steps ?? 1;
  const least = offer.least_steps ?? 1;
  const [steps, setSteps] = useState<number | string>(epoch * Math.ceil(offer.total_steps / 4 / epoch));
  const [together, setTogether] = useState(false);
  const ask = useContinue(run, onClose);
  const along = offer.others.filter((other) => other.comes_along);
  const known = typeof steps === "number" && steps >= least;
  const runs = together ? 1 + along.length : 1;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (known) ask.mutate({ steps, with_baseline: together });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          Its policy trains on from the last checkpoint of {offer.policy} and is then evaluated anew. The result so far
          is kept, and the run is marked for good: this budget is decided after the result was seen.
        </Text>
        <NumberInput
          label="Further environment steps"
          description={`An epoch has ${epoch.toLocaleString("en")}.`}
          value={steps}
          onChange={setSteps}
          step={epoch}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          error={known ? undefined : `At least ${least.toLocaleString("en")} are needed, an epoch.`}
          data-autofocus
        />
        <Others along={along} together={together} onChange={setTogether} />
        <Behind others={offer.others} />
        {known && (
          <Text size="sm" className="tabular" data-testid="continuation-cost">
            {cost(offer, steps, runs)}
          </Text>
        )}
        {ask.isError && (
          <Alert color="red" p="xs" role="alert">
            {ask.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it as it is
          </Button>
          <Button type="submit" loading={ask.isPending} disabled={!known}>
            Continue {runs > 1 ? many(runs, "run") : "the run"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface OthersProps {
  along: ContinuedWith[];
  together: boolean;
  onChange: (together: boolean) => void;
}

/** The baseline and the other arms of its seed, which stay at equal steps if they go on too. */
function Others({ along, together, onChange }: OthersProps) {
  if (!along.length) return null;
  const refused = along.find((other) => other.why_not);
  const names = along.map((other) => `run ${other.id} (${other.arm_name})`).join(", ");
  return (
    <Checkbox
      label={`Also continue ${names}`}
      description={refused?.why_not ?? "They have its seed in its experiment, so that arms stay at equal steps."}
      checked={together && !refused}
      disabled={refused !== undefined}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

/** Arms that the run has already left behind. */
export function Behind({ others }: { others: ContinuedWith[] }) {
  const behind = others.filter((other) => other.behind_steps > 0);
  return behind.map((other) => (
    <Text size="sm" key={other.id}>
      <Anchor component={Link} to={`/runs/${other.id}`} size="sm" underline="always">
        Run {other.id}
      </Anchor>{" "}
      ({other.arm_name}) is behind by {count(other.behind_steps)} steps. Continue it by itself, so that arms are equal.
    </Text>
  ));
}

function cost(offer: ContinuationOffer, steps: number, runs: number): string {
  const total = `From ${count(offer.total_steps)} to ${count(offer.total_steps + steps)} steps`;
  const all = runs > 1 ? `; ${count(runs * steps)} in ${runs} runs` : "";
  const seconds = offer.seconds_per_step === null ? null : Math.max(1, offer.seconds_per_step * steps);
  const time = seconds === null ? "" : `, about ${duration(seconds)} of training`;
  return `${total}${time}${runs > 1 && time ? " each" : ""}${all}.`;
}
