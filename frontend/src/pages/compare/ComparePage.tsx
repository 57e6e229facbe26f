import { ActionIcon, Card, Group, Stack } from "@mantine/core";
import { IconScale, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type Chosen, groupsQuery, type Look } from "../../api/comparing";
import type { ArmComparison } from "../../api/types";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { ArmsTable } from "../experiment/ArmsTable";
import { HowItIsCompared, Warnings } from "../experiment/Comparison";
import { PairsTable } from "../experiment/PairsTable";
import { Choices, PairChoice } from "./Choices";
import { ComparedFigures } from "./ComparedFigures";
import { CodeDifferences, SettingDifferences } from "./Differences";
import { Add, Members } from "./Members";
import { PartMenu } from "./PartMenu";
import { useChosen } from "./useChosen";

/** Any runs, arms and experiments beside one another; the address has all that is chosen. */
export function ComparePage() {
  useTitle("Compare");
  const { chosen, look, choose, lookAt } = useChosen();
  const nothing = chosen.runs.length + chosen.experiments.length + chosen.arms.length === 0;
  return (
    <>
      <PageTitle title="Compare" text="Any runs and experiments. The link to this page shows the same to others." />
      {nothing ? (
        <Card withBorder>
          <EmptyState
            icon={IconScale}
            title="Nothing chosen yet"
            text="Add an experiment, whose arms are compared, or single runs. Selected runs of the list of runs come here too."
            action={<Add chosen={chosen} choose={choose} />}
          />
        </Card>
      ) : (
        <Groups chosen={chosen} look={look} choose={choose} lookAt={lookAt} />
      )}
    </>
  );
}

interface Props {
  chosen: Chosen;
  look: Look;
  choose: (changes: Partial<Chosen>) => void;
  lookAt: (changes: Partial<Look>) => void;
}

function Groups({ chosen, look, choose, lookAt }: Props) {
  const query = useQuery(groupsQuery(chosen, look));
  const training = useQuery(groupsQuery(chosen, { ...look, source: "evaluation" })).data?.arms;
  const heldOut = useQuery(groupsQuery(chosen, { ...look, source: "held_out" })).data?.arms;
  const suggested = query.data?.pair as [string, string] | null | undefined;
  const pair = suggested ? pairOf(look, suggested) : null;
  return (
    <Stack gap="md">
      <Card withBorder>
        <Stack gap="sm">
          <Members chosen={chosen} choose={choose} />
          <Group gap="sm" align="flex-end">
            <Choices
              chosen={chosen}
              look={look}
              settings={query.data?.settings ?? []}
              choose={choose}
              lookAt={lookAt}
            />
            {query.data && pair && (
              <PairChoice groups={query.data.arms.map((arm) => arm.arm_name)} pair={pair} lookAt={lookAt} />
            )}
          </Group>
        </Stack>
      </Card>
      <Loaded query={query}>
        {({ arms, pairs, confidence, warnings, ...terms }) => (
          <>
            <Panel
              title="Groups"
              text="The last evaluation of every successful run, aggregated over the runs of each group."
              actions={<PartMenu name="table" title="Table" chosen={chosen} look={look} />}
            >
              <Stack gap="md" style={{ opacity: query.isPlaceholderData ? 0.5 : 1 }}>
                <Warnings warnings={warnings} />
                <ArmsTable
                  noun="Group"
                  arms={arms}
                  both={training && heldOut && { training, heldOut }}
                  confidence={confidence}
                  action={(arm) => arms.length > 1 && <LeaveOut arm={arm} arms={arms} choose={choose} />}
                />
                <PairsTable noun="Group" pairs={pairs.slice(0, MOST_PAIRS)} confidence={confidence} />
                <HowItIsCompared comparison={{ confidence, ...terms }} />
              </Stack>
            </Panel>
            <ComparedFigures chosen={chosen} look={look} pair={pair} lookAt={lookAt} />
            <SettingDifferences chosen={chosen} />
            {pair && <CodeDifferences chosen={chosen} pair={pair} />}
          </>
        )}
      </Loaded>
    </Stack>
  );
}

const MOST_PAIRS = 28; // of eight groups

/** The pair of the address, completed by the suggested one. */
function pairOf({ ours, theirs }: Look, [first, second]: [string, string]): [string, string] {
  const other = (name: string) => (name === first ? second : first);
  if (ours && theirs) return [ours, theirs];
  if (ours) return [ours, other(ours)];
  return theirs ? [other(theirs), theirs] : [first, second];
}

interface LeaveOutProps {
  arm: ArmComparison;
  arms: ArmComparison[];
  choose: Props["choose"];
}

/** The address then names the runs of all other groups. */
function LeaveOut({ arm, arms, choose }: LeaveOutProps) {
  const runs = arms.filter(({ arm_name }) => arm_name !== arm.arm_name).flatMap((other) => other.runs);
  return (
    <ActionIcon
      size="sm"
      variant="subtle"
      color="gray"
      aria-label={`Leave out ${arm.arm_name}`}
      onClick={() => choose({ runs, experiments: [], arms: [] })}
    >
      <IconX size={14} />
    </ActionIcon>
  );
}
