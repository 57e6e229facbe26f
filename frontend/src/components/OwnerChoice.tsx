import { Select } from "@mantine/core";
import { useAccount } from "../api/accounts";

interface Props {
  label: string;
  owner?: string;
  onChange: (owner: string | null) => void;
}

/** Everyone's, one's own, or those of the account that was chosen before. */
export function OwnerChoice({ label, owner, onChange }: Props) {
  const me = useAccount()?.name;
  if (!me) return null;
  const other = owner && owner !== me ? [{ value: owner, label: `Of ${owner}` }] : [];
  return (
    <Select
      aria-label={label}
      placeholder="Everyone's"
      data={[{ value: me, label: "Mine" }, ...other]}
      value={owner ?? null}
      onChange={onChange}
      clearable
      w={{ base: "calc(50% - 5px)", sm: 140 }}
    />
  );
}
