import { Select, Text } from "@mantine/core";
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { GateVariation } from "../../../api/types";
import { many } from "../../../format/numbers";
import classes from "./Board.module.css";
import { assign, shift } from "./edits";
import { scaleOf, VariationRow } from "./VariationRow";

interface Props {
  partition: number[][];
  variations: GateVariation[];
  onChange: (partition: number[][]) => void;
}

const SHOWN_FREE = 60;

/**
 * Which specialist trains on which variations. A variation is dragged, moved with the arrow keys, or by its menu;
 * whoever moved it by keyboard stays on it.
 */
export function Board({ partition, variations, onChange }: Props) {
  const known = new Map(variations.map((item) => [item.variation, item]));
  const taken = new Set(partition.flat());
  const free = variations.filter((item) => !taken.has(item.variation));
  const follow = useFollow(partition);
  const put = (variation: number, place: number | null) => {
    follow(variation);
    onChange(assign(partition, variation, place));
  };
  const move = (variation: number, by: -1 | 1) => {
    follow(variation);
    onChange(shift(partition, variation, by));
  };
  const scale = scaleOf(variations);
  const row = (variation: number, place: number | null) => (
    <VariationRow
      key={variation}
      variation={variation}
      known={known.get(variation)}
      scale={scale}
      place={place}
      specialists={partition.length}
      onPut={put}
      onMove={move}
    />
  );
  return (
    <div className={classes.board}>
      {partition.map((part, place) => (
        <Place
          // biome-ignore lint/suspicious/noArrayIndexKey: a specialist is known by its place
          key={place}
          label={`Specialist ${place + 1}`}
          size={part.length}
          onDrop={(variation) => put(variation, place)}
        >
          {part.map((variation) => row(variation, place))}
        </Place>
      ))}
      <Free
        free={free}
        onDrop={(variation) => put(variation, null)}
        onAdd={(variation) => put(variation, leastOf(partition))}
      >
        {free.slice(0, SHOWN_FREE).map(({ variation }) => row(variation, null))}
      </Free>
    </div>
  );
}

/** The place of the specialist that has least. */
const leastOf = (partition: number[][]) =>
  partition.reduce((best, part, place) => (part.length < (partition[best]?.length ?? 0) ? place : best), 0);

/** Puts the focus back on a variation that was moved, once it is drawn in its new place. */
function useFollow(partition: number[][]) {
  const moved = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of the partition that moves rows
  useEffect(() => {
    if (moved.current !== null) document.querySelector<HTMLElement>(`[data-variation="${moved.current}"]`)?.focus();
    moved.current = null;
  }, [partition]);
  return (variation: number) => {
    moved.current = variation;
  };
}

interface PlaceProps {
  label: string;
  size: number;
  className?: string;
  onDrop: (variation: number) => void;
  children: ReactNode;
}

/** Where variations are dropped. */
function Place({ label, size, className = "", onDrop, children }: PlaceProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const variation = event.dataTransfer.getData("text/plain");
    if (/^\d+$/.test(variation)) onDrop(Number(variation));
  };
  return (
    <section
      className={`${classes.place} ${className}`}
      aria-label={label}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text size="xs" fw={600} mb={2}>
        {label}{" "}
        <Text span size="xs" c={size ? "dimmed" : "red"} fw={400} className="tabular">
          {size ? many(size, "variation") : "none"}
        </Text>
      </Text>
      {children}
    </section>
  );
}

interface FreeProps {
  free: GateVariation[];
  onDrop: (variation: number) => void;
  onAdd: (variation: number) => void;
  children: ReactNode;
}

/** Variations without a specialist, lowest first; with many of them, any other is found by its name. */
function Free({ free, onDrop, onAdd, children }: FreeProps) {
  if (free.length === 0) return null;
  return (
    <Place label="Without a specialist" size={free.length} className={classes.free} onDrop={onDrop}>
      <div className={classes.freeRows}>{children}</div>
      {free.length > SHOWN_FREE && (
        <Select
          mt={6}
          size="xs"
          aria-label="Add a variation"
          placeholder={`Add one of ${free.length}`}
          searchable
          limit={50}
          value={null}
          data={free.map((item) => ({ value: String(item.variation), label: item.name }))}
          onChange={(value) => value && onAdd(Number(value))}
        />
      )}
    </Place>
  );
}
