/** Programs that are told of events, and what became of the calls. */

import { queryOptions } from "@tanstack/react-query";
import { api, taken, versioned, writing } from "../../api/client";
import type { components } from "../../api/schema";

export type Endpoint = components["schemas"]["WebhookEndpointAnswer"];
export type Delivery = components["schemas"]["DeliveryAnswer"];
export type DeliveryState = Delivery["state"];

export interface Terms {
  url: string;
  description: string;
  topics: string[];
  personal: boolean;
  enabled: boolean;
}

export const ENDPOINTS = "webhook-endpoints";
const LOOK_AGAIN_MS = 5000;
const key = (): Record<string, string> => writing(crypto.randomUUID());
const at = (id: string) => ({ path: { endpoint_id: id } });

export const endpointsQuery = queryOptions({
  queryKey: [ENDPOINTS],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/webhook-endpoints", { signal }))).items,
  refetchInterval: LOOK_AGAIN_MS,
});

export const termsOf = ({ url, description, topics, personal, enabled }: Endpoint): Terms => ({
  url,
  description,
  topics,
  personal,
  enabled,
});

export const addEndpoint = (body: Terms, headers: Record<string, string>) =>
  versioned(api.POST("/api/v1/webhook-endpoints", { body, headers }));

export const changeEndpoint = (id: string, body: Terms, headers: Record<string, string>) =>
  versioned(api.PUT("/api/v1/webhook-endpoints/{endpoint_id}", { params: at(id), body, headers }));

export const readEndpoint = (id: string) =>
  versioned(api.GET("/api/v1/webhook-endpoints/{endpoint_id}", { params: at(id) }));

export const removeEndpoint = (id: string) =>
  taken(api.DELETE("/api/v1/webhook-endpoints/{endpoint_id}", { params: at(id), headers: key() }));

export const rotateSecret = (id: string, keep_hours: number) =>
  taken(
    api.POST("/api/v1/webhook-endpoints/{endpoint_id}/secret", {
      params: at(id),
      body: { keep_hours },
      headers: key(),
    }),
  );

export const replay = (id: string, after: number) =>
  taken(
    api.POST("/api/v1/webhook-endpoints/{endpoint_id}/replay", {
      params: at(id),
      body: { after },
      headers: key(),
    }),
  );

export const readDeliveries = (
  id: string,
  state: DeliveryState | "",
  cursor: string | undefined,
  signal: AbortSignal,
) =>
  taken(
    api.GET("/api/v1/webhook-endpoints/{endpoint_id}/deliveries", {
      params: { ...at(id), query: { ...(state && { state }), ...(cursor && { cursor }) } },
      signal,
    }),
  );
