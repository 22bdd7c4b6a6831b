import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The screens behind the desk, and the parts that they alone are made of: their words come with the first of them. */
const BEHIND = [
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
  "src/parts/back.tsx",
  "src/parts/confirm.tsx",
  "src/parts/form.tsx",
  "src/parts/refused.ts",
  "src/parts/span.tsx",
  "src/parts/table.tsx",
  "src/parts/text_list.tsx",
];

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  catalogs: [
    { path: "src/locales/{locale}", include: ["src"], exclude: BEHIND.flatMap((place) => [place, `${place}/**`]) },
    { path: "src/locales_behind/{locale}/behind", include: BEHIND },
  ],
});
