import { Alert, Button, Code, CopyButton, Group, Menu, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type Chosen, groupFigure, type Look, notebookQuery, tableAddress } from "../../api/comparing";
import { Loaded } from "../../components/Loaded";
import { downloadFigure, fileName, IMAGE_WIDTH, IMAGES, type ImageFormat } from "../../plot/download";

interface Props {
  /** `table`, or the name of a figure. */
  name: string;
  title: string;
  chosen: Chosen;
  look: Look;
}

/** One part of the comparison as files, and as the lines of Python that make it. */
export function PartMenu({ name, title, chosen, look }: Props) {
  const [opened, lines] = useDisclosure();
  const save = useMutation({
    mutationFn: async (format: ImageFormat) => {
      const figure = await groupFigure(name, { ...chosen, ...look, theme: "light", width: IMAGE_WIDTH });
      await downloadFigure(figure, format, fileName(title));
    },
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} />}
            loading={save.isPending}
            aria-label={`Save: ${title}`}
          >
            Save
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {name === "table"
            ? TABLES.map(({ format, label, file }) => (
                <Menu.Item key={format} component="a" href={tableAddress(chosen, look.metric, format)} download={file}>
                  {label}
                </Menu.Item>
              ))
            : IMAGES.map(({ format, label }) => (
                <Menu.Item key={format} onClick={() => save.mutate(format)}>
                  {label}
                </Menu.Item>
              ))}
          <Menu.Item onClick={lines.open}>Python</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {save.isError && (
        <Alert color="red" p="xs" title="The figure could not be saved">
          {save.error.message}
        </Alert>
      )}
      <Modal opened={opened} onClose={lines.close} title={`${title} in a notebook`} size="lg">
        {opened && <Lines name={name} chosen={chosen} look={look} />}
      </Modal>
    </>
  );
}

const TABLES = [
  { format: "csv", label: "CSV", file: "comparison.csv" },
  { format: "latex", label: "LaTeX", file: "comparison.tex" },
] as const;

function Lines({ name, chosen, look }: Omit<Props, "title">) {
  const query = useQuery(notebookQuery(chosen, look));
  return (
    <Loaded query={query}>
      {(parts) => {
        const { lines } = parts.find((part) => part.name === name) ?? { lines: "" };
        return (
          <Stack gap="sm">
            <Group justify="space-between">
              <Text size="sm">These lines make the same with the Python client.</Text>
              <CopyButton value={lines}>
                {({ copied, copy }) => (
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                    onClick={copy}
                  >
                    {copied ? "Copied" : "Copy"}
                  </Button>
                )}
              </CopyButton>
            </Group>
            <Code block data-testid="notebook-lines" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
              {lines}
            </Code>
          </Stack>
        );
      }}
    </Loaded>
  );
}
