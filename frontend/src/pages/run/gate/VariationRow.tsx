import { Menu, UnstyledButton } from "@mantine/core";
import type { KeyboardEvent } from "react";
import type { GateVariation } from "../../../api/types";
import { decimal } from "../../../format/numbers";
import classes from "./Board.module.css";

/** The least and the most that intervals reach. */
export type Scale = [number, number];

export function scaleOf(variations: GateVariation[]): Scale {
  const ends = variations.flatMap((item) => [item.mean_return, item.lower_bound, item.upper_bound ?? item.mean_return]);
  return ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
}

interface Props {
  variation: number;
  known: GateVariation | undefined;
  scale: Scale;
  /** Of its specialist; null without one. */
  place: number | null;
  specialists: number;
  onPut: (variation: number, place: number | null) => void;
  onMove: (variation: number, by: -1 | 1) => void;
}

const STEPS: Record<string, -1 | 1> = { ArrowLeft: -1, ArrowRight: 1 };

/** A variation with its interval: dragged, moved with the arrow keys, or by its menu. */
export function VariationRow({ variation, known, scale, place, specialists, onPut, onMove }: Props) {
  const name = known?.name ?? `variation ${variation}`;
  const others = Array.from({ length: specialists }, (_, other) => other).filter((other) => other !== place);
  const press = (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    if (by && place !== null) onMove(variation, by);
    else if (event.key === "Delete" && place !== null) onPut(variation, null);
    else return;
    event.preventDefault();
  };
  return (
    <Menu position="bottom-start" withinPortal returnFocus={false}>
      <Menu.Target>
        <UnstyledButton
          data-variation={variation}
          className={classes.row}
          draggable
          onDragStart={(event) => event.dataTransfer.setData("text/plain", String(variation))}
          onKeyDown={press}
          aria-description={described(known)}
        >
          <span className={classes.name}>
            {name}
            {known?.outlook === "hopeless" && " · stuck?"}
          </span>
          {known && <Interval item={known} scale={scale} chosen={place !== null} />}
          <span className={`${classes.value} tabular`}>{decimal(known?.mean_return)}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={300} style={{ overflowY: "auto" }}>
        {others.map((other) => (
          <Menu.Item key={other} onClick={() => onPut(variation, other)}>
            Move to specialist {other + 1}
          </Menu.Item>
        ))}
        {place !== null && (
          <Menu.Item color="red" onClick={() => onPut(variation, null)}>
            Leave out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function described(known: GateVariation | undefined): string {
  if (!known) return "not measured";
  const ends =
    known.upper_bound == null ? "" : `, interval ${decimal(known.lower_bound)} to ${decimal(known.upper_bound)}`;
  const stuck = known.outlook === "hopeless" ? ", perhaps stuck" : "";
  return `mean return ${decimal(known.mean_return)}${ends}${stuck}`;
}

/** The confidence interval of the mean return, on the scale of all variations. */
function Interval({ item, scale: [low, high], chosen }: { item: GateVariation; scale: Scale; chosen: boolean }) {
  const x = (value: number) => 3 + (58 * (value - low)) / (high - low || 1);
  const color = chosen ? "var(--mantine-color-orange-6)" : "var(--mantine-color-blue-5)";
  return (
    <svg className={classes.interval} viewBox="0 0 64 14" aria-hidden="true">
      <path d="M3 7H61" stroke="var(--gsl-track)" strokeWidth="1" />
      <path
        d={`M${x(item.lower_bound)} 7H${x(item.upper_bound ?? item.mean_return)}`}
        stroke={color}
        strokeWidth="3"
        strokeLinecap="round"
      />
      <circle cx={x(item.mean_return)} cy="7" r="3" fill={color} />
    </svg>
  );
}
