import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The screens behind the desk: their words are loaded with the first of them, not with the list. */
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
];

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  catalogs: [
    { path: "src/locales/{locale}", include: ["src"], exclude: BEHIND.map((folder) => `${folder}/**`) },
    { path: "src/locales_behind/{locale}/behind", include: BEHIND },
  ],
});
