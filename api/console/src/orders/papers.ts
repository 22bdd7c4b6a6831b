/** Where an order's papers are read. */

export const receiptAddress = (id: string, format: "a4" | "80mm" = "a4"): string =>
  `/api/v1/orders/${encodeURIComponent(id)}/receipt.pdf?format=${format}`;

export const slipAddress = (id: string): string =>
  `/api/v1/orders/${encodeURIComponent(id)}/packing-slip.pdf`;

export const documentAddress = (number: string): string =>
  `/api/v1/documents/${encodeURIComponent(number)}.pdf`;
