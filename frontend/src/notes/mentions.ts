/** @12 and @run-name in notes: where they are, and what is being typed. */

const MENTION = /(?<![\p{L}\p{N}_@./+-])@([\p{L}\p{N}_](?:[\p{L}\p{N}_.+=-]*[\p{L}\p{N}_])?)/gu;
const TYPED = /(?<![\p{L}\p{N}_@./+-])@([\p{L}\p{N}_.+=-]*)$/u;

/** Part of a text: as it is, or what @ names. */
export type Part = { text: string } | { run: string };

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(MENTION)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index) });
    parts.push({ run: found[1] ?? "" });
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** What somebody types behind an @ that ends at the caret; null if nothing. */
export function typedAt(text: string, caret: number): { from: number; name: string } | null {
  const found = TYPED.exec(text.slice(0, caret));
  return found ? { from: found.index, name: found[1] ?? "" } : null;
}

/** The text with the run in place of what was typed, and where the caret is then. */
export function completed(text: string, caret: number, run: number): { text: string; caret: number } {
  const from = typedAt(text, caret)?.from ?? caret;
  const before = `${text.slice(0, from)}@${run} `;
  return { text: before + text.slice(caret).replace(/^ /, ""), caret: before.length };
}

interface Node {
  type: string;
  value?: string;
  children?: Node[];
  data?: unknown;
}

/** A plugin of remark: every mention becomes an element `run-mention`, except in code and links. */
export function mentions() {
  return (tree: unknown): void => markIn(tree as Node);
}

function markIn(node: Node): void {
  if (!node.children || node.type === "link") return;
  node.children = node.children.flatMap((child) => {
    markIn(child);
    return child.type === "text" ? partsOf(child.value ?? "").map(nodeOf) : [child];
  });
}

function nodeOf(part: Part): Node {
  if ("text" in part) return { type: "text", value: part.text };
  return { type: "mention", data: { hName: "run-mention", hProperties: { run: part.run } } };
}
