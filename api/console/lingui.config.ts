import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The screens behind the desk: their words are loaded with the first of them, not with the list. */
const SCREENS = [
  "src/customers",
  "src/products",
  "src/stock",
  "src/settings",
  "src/imports",
  "src/work",
  "src/coupons",
  "src/sequences",
  "src/tag_rules",
  "src/messages",
  "src/returns",
  "src/documents",
  "src/payments",
  "src/dashboard",
];
/** The parts that they alone are made of. */
const PARTS = [
  "back.tsx",
  "confirm.tsx",
  "form.tsx",
  "refused.ts",
  "span.tsx",
  "table.tsx",
  "text_list.tsx",
].map((name) => `src/parts/${name}`);
/** What an order is typed in with; the address, the cart and the refusals are of other screens as well. */
const TYPING = ["new_order", "cart_table", "client_sheet", "kept_pill", "product_field", "terms", "total"]
  .map((name) => `src/orders/new/${name}.tsx`)
  .concat(["src/orders/edit"]);
/** Windows that open when they are asked for. */
const WINDOWS = [
  ...["bulk_window", "forms", "preview_sum", "reason", "status_form", "tags_form"].map(
    (name) => `orders/bulk/${name}`,
  ),
  ...["address", "mail_choice", "note", "particulars", "payment", "ship", "status", "tags"].map(
    (name) => `orders/dialogs/${name}`,
  ),
  ...["compare_window", "first_password", "past_banner", "past_window", "person_menu"].map(
    (name) => `app/${name}`,
  ),
  ...["keys/keys_dialog", "help/help_panel", "orders/list/column_menu"],
].map((file) => `src/${file}.tsx`);
/** What owners and auditors look at now and then. */
const OWNER = ["src/guide", "src/audit", "src/settings/webhooks"];
const ELSEWHERE = [...SCREENS, ...OWNER, "src/orders/edit"]
  .map((folder) => `${folder}/**`)
  .concat(PARTS, TYPING, WINDOWS);

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: "messageId",
  catalogs: [
    // They stand first: a file belongs to the first catalogue whose path it fits.
    { path: "src/locales/owner_{locale}", include: OWNER },
    {
      path: "src/locales/behind_{locale}",
      include: [...SCREENS, ...PARTS],
      exclude: OWNER.map((folder) => `${folder}/**`),
    },
    { path: "src/locales/typing_{locale}", include: TYPING },
    { path: "src/locales/windows_{locale}", include: WINDOWS },
    { path: "src/locales/{locale}", include: ["src"], exclude: ELSEWHERE },
  ],
});
