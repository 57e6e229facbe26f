import { useDocumentTitle } from "@mantine/hooks";

export const useTitle = (title: string) => useDocumentTitle(`${title} · GSL Lab`);
