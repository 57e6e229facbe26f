import type { Figure } from "plotly.js-cartesian-dist-min";

export type ImageFormat = "svg" | "png";

interface Kind {
  format: ImageFormat;
  label: string;
  /** Pixels of the image for each of the figure's, so that it stays sharp in print. */
  scale: number;
}

export const IMAGES: readonly Kind[] = [
  { format: "svg", label: "SVG", scale: 1 },
  { format: "png", label: "PNG", scale: 3 },
];
export const IMAGE_WIDTH = 900;
const HEIGHT = 460;
const FONT = "Helvetica, Arial, sans-serif";
const WHITE = "#ffffff";

/** Save a figure for a paper: on white, in a font that every program has. */
export async function downloadFigure(figure: Figure, format: ImageFormat, filename: string): Promise<void> {
  const { default: Plotly } = await import("plotly.js-cartesian-dist-min");
  const size = { width: IMAGE_WIDTH, height: figure.layout?.height ?? HEIGHT };
  const scale = IMAGES.find((kind) => kind.format === format)?.scale ?? 1;
  await Plotly.downloadImage(
    { data: figure.data, layout: forPaper(figure, size) },
    { format, filename, scale, ...size },
  );
}

function forPaper({ layout }: Figure, size: { width: number; height: number }): Figure["layout"] {
  const font = { ...(layout?.font as object), family: FONT };
  return { ...layout, ...size, font, autosize: false, paper_bgcolor: WHITE, plot_bgcolor: WHITE };
}

/** A name for a file: letters, digits and hyphens of the words. */
export function fileName(words: string): string {
  const plain = words.normalize("NFKD").toLowerCase();
  const joined = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return joined.slice(0, 80) || "figure";
}
