/** What can be done to many orders at once, with the permission that each needs. */

export type BulkKind =
  | "status"
  | "tags"
  | "operator"
  | "archive"
  | "unarchive"
  | "print"
  | "export"
  | "resend"
  | "payment-link";

export const NEEDED: Record<BulkKind, string> = {
  status: "orders:write",
  tags: "orders:write",
  operator: "orders:write",
  archive: "orders:write",
  unarchive: "orders:write",
  print: "documents:read",
  export: "orders:read",
  resend: "messages:write",
  "payment-link": "orders:write",
};

/** Those that change orders: they are previewed, and taken back as one. */
export const REVERSIBLE: ReadonlySet<BulkKind> = new Set([
  "status",
  "tags",
  "operator",
  "archive",
  "unarchive",
]);
