import { Button, Menu } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { served } from "../api/address";

interface Props {
  /** What is exported: "runs/7" or "experiments/2". */
  of: string;
  /** Whether it is a run that has ended, which other servers can import. */
  record?: boolean;
}

const TABLES = [
  { format: "parquet", title: "Parquet" },
  { format: "csv", title: "CSV" },
  { format: "json", title: "JSON" },
];
const FILES = "&files=checkpoint&files=best&files=demonstrations&files=picture";

/** Downloads of an experiment, behind a button. */
export function ExportMenu(props: Props) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconFileExport size={14} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Exports {...props} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Downloads of a run or an experiment, as items of a menu. */
export function Exports({ of, record }: Props) {
  return (
    <>
      {record && (
        <>
          <Menu.Label>Export, to import on another server</Menu.Label>
          <Menu.Item
            component="a"
            href={served(`/api/v1/${of}/record`)}
            download={`${of.replace("runs/", "run-")}.json`}
          >
            Record
          </Menu.Item>
        </>
      )}
      <Menu.Label>Export tables for analysis, as a zip</Menu.Label>
      {TABLES.map(({ format, title }) => (
        <Menu.Item key={format} component="a" href={served(`/api/v1/${of}/export?format=${format}`)} download>
          {title}
        </Menu.Item>
      ))}
      <Menu.Item component="a" href={served(`/api/v1/${of}/export?format=parquet${FILES}`)} download>
        Parquet and all files
      </Menu.Item>
    </>
  );
}
