interface Props {
  values: (number | null)[];
  label: string;
  width?: number;
  height?: number;
}

export function Sparkline({ values, label, width = 96, height = 26 }: Props) {
  const path = sparkPath(values, width, height);
  if (!path) return null;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block", flexShrink: 0 }}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}

/** SVG path through the values, left to right; gaps where a value is missing. Empty with fewer than two values. */
export function sparkPath(values: (number | null)[], width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return "";
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
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
