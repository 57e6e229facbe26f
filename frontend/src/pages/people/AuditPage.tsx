import { Card, Pagination } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { auditQuery } from "../../api/accounts";
import { PAGE_SIZE } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { When } from "../../components/When";

/** Who did what; for admins. */
export function AuditPage() {
  useTitle("Audit");
  const [page, setPage] = useState(1);
  const entries = useQuery(auditQuery((page - 1) * PAGE_SIZE));
  return (
    <>
      <PageTitle title="Audit" text="Who launched, decided, changed or deleted what, newest first." />
      <Loaded query={entries} rows={8}>
        {({ items, total }) => (
          <>
            <Card withBorder p={0}>
              <DataTable label="Audit" columns={COLUMNS} rows={items} rowKey={(row) => row.id} minWidth={620} />
            </Card>
            {total > PAGE_SIZE && (
              <Pagination mt="md" size="sm" total={Math.ceil(total / PAGE_SIZE)} value={page} onChange={setPage} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

const COLUMNS: Column<AuditEntry>[] = [
  { id: "at", title: "When", cell: (entry) => <When at={entry.at} dimmed /> },
  { id: "who", title: "Who", cell: (entry) => entry.who },
  { id: "what", title: "What", cell: (entry) => entry.what },
  { id: "subject", title: "Of what", cell: (entry) => entry.subject, td: { style: { overflowWrap: "anywhere" } } },
  { id: "detail", title: "Details", cell: (entry) => entry.detail, td: { style: { overflowWrap: "anywhere" } } },
];
