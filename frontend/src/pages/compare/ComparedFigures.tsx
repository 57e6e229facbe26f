import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Chosen, groupFigureQuery, groupFiguresQuery, type Look } from "../../api/comparing";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { FigureFrame } from "../../plot/FigureFrame";
import { PartMenu } from "./PartMenu";

interface Props {
  chosen: Chosen;
  look: Look;
  pair: readonly [string, string] | null;
  lookAt: (changes: Partial<Look>) => void;
}

const HEIGHT = 320;
const AXES = [
  { value: "total", label: "All steps" },
  { value: "critical", label: "Critical path" },
];

/** Every figure that the API has of these groups; those of a pair show the one that is chosen. */
export function ComparedFigures({ chosen, look, pair, lookAt }: Props) {
  const figures = useQuery(groupFiguresQuery(chosen));
  return (
    <Loaded query={figures} rows={8}>
      {(list) =>
        list
          .filter(({ controls }) => pair || !controls.includes("pair"))
          .map(({ name, title, description, controls }) => {
            const of = controls.includes("pair") && pair ? { ours: pair[0], theirs: pair[1] } : undefined;
            const own = { ...look, ours: undefined, theirs: undefined, ...of };
            return (
              <Panel
                key={name}
                title={title}
                text={of ? `${of.ours} against ${of.theirs}. ${description}` : description}
                actions={
                  <>
                    {controls.includes("axis") && (
                      <SegmentedControl
                        size="xs"
                        aria-label="Steps"
                        data={AXES}
                        value={look.axis ?? "total"}
                        onChange={(axis) => lookAt({ axis: axis as Look["axis"] })}
                      />
                    )}
                    <PartMenu name={name} title={title} chosen={chosen} look={own} />
                  </>
                }
              >
                <FigureFrame
                  name={name}
                  label={title}
                  height={HEIGHT}
                  queryFor={(view) => groupFigureQuery(name, { ...chosen, ...own, ...view })}
                />
              </Panel>
            );
          })
      }
    </Loaded>
  );
}
