import { queryOptions } from "@tanstack/react-query";
import { served } from "../api/address";
import { toApiError, unreachable } from "../api/problem";
import type { Field } from "./field";
import { type Definitions, fieldsOf } from "./schema";

/** The form's fields, read from the API's own description of a RunConfig. */
export const configSchemaQuery = queryOptions({
  queryKey: ["config-schema"],
  queryFn: ({ signal }) => fetchFields(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

async function fetchFields(signal: AbortSignal): Promise<Field[]> {
  const response = await fetch(served("/api/openapi.json"), { signal }).catch((cause) => {
    throw unreachable(cause);
  });
  if (!response.ok) throw toApiError(response.status, await response.text());
  const { components }: { components: { schemas: Definitions } } = await response.json();
  const config = components.schemas.RunConfig ?? components.schemas["RunConfig-Input"];
  if (!config) throw new Error("The OpenAPI document has no RunConfig schema.");
  return fieldsOf(config, components.schemas);
}
