import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import { meantQuery } from "../api/notes";
import Markdown from "./Markdown";

const client = new QueryClient();
client.setQueryData(meantQuery("12").queryKey, [{ id: 12, name: "lr<3e-4>fast" }]);
client.setQueryData(meantQuery("Maze-1").queryKey, [
  { id: 3, name: "maze-10" },
  { id: 4, name: "maze-1" },
]);

const draw = (text: string) =>
  renderToStaticMarkup(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <Markdown text={text} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  ).replace(/<style.*?<\/style>/gs, "");

it("draws Markdown with tables and lists", () => {
  const html = draw("# Title\n\n**bold** and ~~gone~~\n\n- [x] done\n\n| a |\n|---|\n| 1 |");
  for (const part of ["<h3>Title</h3>", "<strong>bold</strong>", "<del>gone</del>", "<td>1</td>", "checkbox"])
    expect(html).toContain(part);
});

it.each([
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "<iframe src=https://example.org></iframe>",
  "[click](javascript:alert(1))",
  "[click](JaVaScRiPt:alert%281%29)",
  "[click](data:text/html;base64,PHNjcmlwdD4=)",
  "[click](vbscript:x)",
  "![x](javascript:alert(1))",
  '<a href="javascript:alert(1)">x</a>',
  "<javascript:alert(1)>",
  "[a]: javascript:alert(1)\n\n[a]",
])("%s does nothing", (text) => {
  const html = draw(text);
  expect(html).not.toMatch(/<(script|iframe|img|style)|(href|src)="?\s*(javascript|data|vbscript)|<[^>]+ on\w+=/i);
});

it("shows pictures of the server alone", () => {
  expect(draw("![maze](/api/v1/artifacts/5/content)")).toContain('<img src="/api/v1/artifacts/5/content" alt="maze"');
  for (const foreign of ["https://example.org/p.png", "//example.org/p.png"])
    expect(draw(`![maze](${foreign})`)).not.toContain("<img");
});

it("links other sites without telling them where from", () => {
  expect(draw("[paper](https://example.org)")).toMatch(/target="_blank"[^>]*rel="noopener noreferrer nofollow"/);
});

it("links runs by number and name, and leaves the rest as it is", () => {
  const html = draw("@12, @Maze-1, @nobody, `@12`, ada@example.org");
  expect(html).toContain('href="/runs/12"');
  expect(html).toContain("@12 lr&lt;3e-4&gt;fast");
  expect(html).toContain('href="/runs/4"');
  expect(html).toContain("@nobody");
  expect(html).toContain("<code>@12</code>");
});
