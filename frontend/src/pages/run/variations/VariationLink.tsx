import { Anchor, Text } from "@mantine/core";
import { Link, useSearchParams } from "react-router";

interface Props {
  runId: number;
  variation: number;
  name: string;
}

/** What the page of one variation keeps of the run's URL, so that the way back leads to the same view. */
const KEPT = ["metric", "variations", "clusters"];

/** The address of a variation's page, with the choices that are kept on the way. */
export function useVariationAddress() {
  const [params] = useSearchParams();
  const kept = new URLSearchParams([...params].filter(([key]) => KEPT.includes(key)));
  const query = kept.size > 0 ? `?${kept}` : "";
  return (runId: number, variation: number) => `/runs/${runId}/variations/${variation}${query}`;
}

/** A variation's name, which leads to its page. */
export function VariationLink({ runId, variation, name }: Props) {
  const address = useVariationAddress();
  return (
    <Anchor component={Link} to={address(runId, variation)} size="sm" underline="always">
      {name}
    </Anchor>
  );
}

interface LinksProps {
  runId: number;
  variations: { variation: number; name: string }[];
  most: number;
}

/** The first of some variations, and how many more there are. */
export function VariationLinks({ runId, variations, most }: LinksProps) {
  const more = variations.length - most;
  return (
    <>
      {variations.slice(0, most).map((item) => (
        <VariationLink key={item.variation} runId={runId} variation={item.variation} name={item.name} />
      ))}
      {more > 0 && (
        <Text size="sm" c="dimmed">
          and {more} more
        </Text>
      )}
    </>
  );
}
