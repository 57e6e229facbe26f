interface Props {
  values: (number | null)[];
  label: string;
  width?: number;
  height?: number;
  /** Values at the bottom and at the top; the least and the greatest if not given. */
  span?: [number, number];
}

export function Sparkline({ values, label, width = 96, height = 26, span }: Props) {
  const path = sparkPath(values, width, height, span);
  if (!path) return null;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block", flexShrink: 0 }}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}

/** SVG path through the values, left to right; gaps where a value is missing. Empty with fewer than two values. */
export function sparkPath(values: (number | null)[], width: number, height: number, span?: [number, number]): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return "";
  const [low, high] = span ?? [Math.min(...known), Math.max(...known)];
  const range = high - low || 1;
  const pad = 2;
  let pen = "M";
  let path = "";
  values.forEach((value, index) => {
    if (value === null) {
      pen = "M";
      return;
    }
    const x = pad + (index / Math.max(values.length - 1, 1)) * (width - 2 * pad);
    const y = height - pad - ((value - low) / range) * (height - 2 * pad);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return path;
}
