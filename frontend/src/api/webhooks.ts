import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { components } from "./schema";

export type Webhook = components["schemas"]["WebhookPublic"];
export type WebhookCreate = components["schemas"]["WebhookCreate"];
export type WebhookEvent = Webhook["events"][number];

/** What a webhook can be told, in the words of the page. */
export const EVENTS: Record<WebhookEvent, string> = {
  "approval.needed": "Approval needed",
  "run.ended": "Run ended",
  "run.failed": "Run failed",
  "worker.lost": "Worker lost",
};

const KEY = ["webhooks"] as const;

/** While messages wait, their number changes by itself. */
export const webhooksQuery = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/webhooks", { signal })),
  refetchInterval: ({ state }) => (state.data?.some((webhook) => webhook.waiting > 0) ? 2_000 : 15_000),
});

function useWebhooks() {
  const client = useQueryClient();
  return {
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
    onError: (error: Error) => notifications.show({ color: "red", title: "Request failed", message: error.message }),
  };
}

export function useCreateWebhook() {
  const { onSettled } = useWebhooks(); // errors are shown in the form
  return useMutation({
    mutationFn: (body: WebhookCreate) => unwrap(api.POST("/api/v1/webhooks", { body })),
    onSettled,
  });
}

export function useDeleteWebhook() {
  return useMutation({
    mutationFn: (webhook_id: number) =>
      unwrap(api.DELETE("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id } } })),
    ...useWebhooks(),
  });
}

export function useTestWebhook() {
  return useMutation({
    mutationFn: (webhook_id: number) =>
      unwrap(api.POST("/api/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id } } })),
    ...useWebhooks(),
  });
}
