import { Anchor, Tooltip, Typography } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import { Link } from "react-router";
import remarkGfm from "remark-gfm";
import { link, served } from "../api/address";
import { meantQuery } from "../api/notes";
import { mentions } from "./mentions";

/** Markdown without HTML of its own, scripts or pictures of other sites, however it was written. */
export default function Markdown({ text }: { text: string }) {
  return (
    <Typography fz="sm" style={{ overflowWrap: "anywhere" }}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </Typography>
  );
}

const PLUGINS = [remarkGfm, mentions];

/** Headings begin below those of the page. */
const COMPONENTS = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => <SafePicture src={typeof src === "string" ? src : undefined} alt={alt} />,
  table: ({ children }) => (
    <section style={{ overflowX: "auto" }} aria-label="Table in the notes" {...SCROLLED}>
      <table>{children}</table>
    </section>
  ),
  pre: ({ children }) => <pre {...SCROLLED}>{children}</pre>,
  h1: "h3",
  h2: "h4",
  h3: "h5",
  h4: "h6",
  h5: "h6",
  "run-mention": Mention,
} as Components;

/** Reached by keyboard, so that it scrolls without a mouse. */
const SCROLLED = { tabIndex: 0 };

/** Whether an address is the server's own; backslashes are escaped in it. */
const isOwn = (address: string) => address.startsWith("/") && !address.startsWith("//");

/** `href` is empty if it was not safe: react-markdown lets through only http, https, mailto and the like. */
function SafeLink({ href, children }: { href?: string; children?: ReactNode }) {
  if (!href) return <span>{children}</span>;
  if (isOwn(href))
    return (
      <Anchor component={Link} to={href} fz="inherit" underline="always">
        {children}
      </Anchor>
    );
  return (
    <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" fz="inherit" underline="always">
      {children}
    </Anchor>
  );
}

/** The server's own pictures are shown; one of another site is a link, as it would tell that site who reads. */
function SafePicture({ src, alt }: { src?: string; alt?: string }) {
  if (!src) return <span>{alt}</span>;
  if (isOwn(src)) return <img src={served(src)} alt={alt ?? ""} style={{ maxWidth: "100%" }} />;
  return <SafeLink href={src}>{alt || src}</SafeLink>;
}

function Mention({ run }: { run: string }) {
  const query = useQuery({ ...meantQuery(run), enabled: link === null });
  const isNumber = /^\d+$/.test(run);
  const found = query.data?.find(({ id, name }) => (isNumber ? id === Number(run) : sameName(name, run)));
  if (!found) return `@${run}`;
  return (
    <Tooltip label={`Run ${found.id}`}>
      <Anchor component={Link} to={`/runs/${found.id}`} fz="inherit" underline="always">
        @{isNumber ? `${run} ${found.name}` : run}
      </Anchor>
    </Tooltip>
  );
}

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
