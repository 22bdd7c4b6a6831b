/** What can be done to an order in a dialog; `next` is whatever comes next for it. */
export type DialogKind =
  | "next"
  | "status"
  | "ship"
  | "pay"
  | "refund"
  | "note"
  | "tags"
  | "billing"
  | "shipping"
  | "particulars";
