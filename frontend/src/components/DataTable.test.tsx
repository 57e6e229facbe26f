import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { type Column, DataTable } from "./DataTable";

interface Row {
  id: number;
  score: number | null;
}

const rows: Row[] = [
  { id: 0, score: 1 },
  { id: 1, score: null },
  { id: 2, score: -1 },
  { id: 3, score: 1 },
  { id: 12, score: 0.5 },
];
const columns: Column<Row>[] = [
  { id: "id", title: "Number", cell: (row) => `row ${row.id}` },
  { id: "score", title: "Score", cell: (row) => row.score, sortBy: (row) => row.score },
  { id: "loss", title: "Loss", cell: () => "", sortBy: (row) => (row.score === null ? null : -row.score) },
];

function draw(props: { sortedBy?: string; paging?: { size: number; noun: string } } = {}) {
  const html = renderToStaticMarkup(
    <MantineProvider>
      <DataTable label="Rows" columns={columns} rows={rows} rowKey={(row) => row.id} minWidth={100} {...props} />
    </MantineProvider>,
  );
  return { html, shown: [...html.matchAll(/row (\d+)/g)].map(([, id]) => Number(id)) };
}

it("keeps the order of the rows unless it is sorted", () => expect(draw().shown).toEqual([0, 1, 2, 3, 12]));

it("sorts ascending, equals as they came and missing values last", () => {
  expect(draw({ sortedBy: "score" }).shown).toEqual([2, 12, 0, 3, 1]);
  expect(draw({ sortedBy: "loss" }).shown).toEqual([0, 3, 12, 2, 1]);
});

it("has a button in the heading of a column that can be sorted, and says how it is sorted", () => {
  const headings = [...draw({ sortedBy: "score" }).html.matchAll(/<th.*?<\/th>/g)].map(([heading]) => heading);
  expect(headings.map((heading) => /aria-sort="(\w+)"/.exec(heading)?.[1])).toEqual([undefined, "ascending", "none"]);
  expect(headings.map((heading) => heading.includes("<button"))).toEqual([false, true, true]);
});

it("shows one page and counts all rows", () => {
  const { html, shown } = draw({ paging: { size: 2, noun: "row" } });
  expect(shown.slice(0, 2)).toEqual([0, 1]);
  expect(html).toContain("5 rows");
  expect(html.match(/<tr/g)).toHaveLength(3);
});
