import createClient from "openapi-fetch";
import { basePath, secret } from "./address";
import { toApiError, unreachable } from "./problem";
import type { paths } from "./schema";

/** The typed REST client; paths, parameters and answers come from OpenAPI. */
export const api = createClient<paths>({
  baseUrl: basePath,
  querySerializer: { array: { style: "form", explode: true } },
});

if (secret) api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${secret}`) });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or the typed error it carried. */
export async function unwrap<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked.catch((cause) => {
    throw unreachable(cause);
  });
  if (!answer.response.ok) throw toApiError(answer.response.status, answer.error);
  return answer.data as T;
}
