import { Badge, Button, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "../../api/accounts";
import { type Policy, policiesQuery, useDisablePolicy } from "../../api/policies";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { fromAddress } from "../../form/plateau";
import { useAddress } from "../../routing/useAddress";
import { type Draft, draftOf, draftWith, inWords } from "./conditions";
import { PolicyForm } from "./PolicyForm";

/** When gates open by themselves: what is stored, and what it would have done. */
export function PoliciesPage() {
  useTitle("Policies");
  const query = useQuery(policiesQuery);
  const mayStore = useAccount()?.role === "admin";
  const { params } = useAddress();
  const [draft, setDraft] = useState<Draft>(() => draftWith(fromAddress(params)));
  const edit = (policy: Policy) => {
    setDraft(draftOf(policy));
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <PageTitle
        title="Policies"
        text="A run that names one in its settings opens its gate by itself if all of its conditions hold; otherwise a person is asked."
      />
      <Stack gap="md">
        <Panel
          title={draft.name ? `Next version of ${draft.name}` : "Conditions"}
          text="Try them on past gates before you store them: nothing is decided."
        >
          <PolicyForm key={`${draft.name} ${JSON.stringify(draft.conditions)}`} draft={draft} mayStore={mayStore} />
        </Panel>
        <Loaded query={query} rows={3}>
          {(policies) =>
            policies.map((policy) => (
              <Stored key={policy.name} policy={policy} mayStore={mayStore} onEdit={() => edit(policy)} />
            ))
          }
        </Loaded>
      </Stack>
    </>
  );
}

interface StoredProps {
  policy: Policy;
  mayStore: boolean;
  onEdit: () => void;
}

function Stored({ policy, mayStore, onEdit }: StoredProps) {
  const disable = useDisablePolicy();
  const { name, disabled, owner } = policy;
  return (
    <Panel
      title={name}
      text={`Owned by ${owner}`}
      actions={
        <Group gap="xs">
          {disabled && <Badge color="gray">Disabled</Badge>}
          <Button size="xs" variant="default" onClick={onEdit}>
            {mayStore ? "Try or change" : "Try"}
          </Button>
          {mayStore && (
            <Button size="xs" variant="default" onClick={() => disable.mutate({ name, disabled: !disabled })}>
              {disabled ? "Enable" : "Disable"}
            </Button>
          )}
        </Group>
      }
    >
      <Stack gap="sm">
        {policy.versions.map(({ version, conditions, created_by, created_at, note }) => (
          <div key={version}>
            <Text size="sm" fw={600}>
              Version {version}{" "}
              <Text span size="xs" c="dimmed" fw={400}>
                by {created_by} <When at={created_at} />
                {note && `: ${note}`}
              </Text>
            </Text>
            <List size="sm">
              {inWords(conditions).map((condition) => (
                <List.Item key={condition}>{condition}</List.Item>
              ))}
            </List>
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
