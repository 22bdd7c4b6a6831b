import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The back office: its words are loaded with the first of its screens, not with the list. */
const OFFICE = ["src/settings", "src/customers", "src/products", "src/stock"];

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  catalogs: [
    { path: "src/locales/{locale}", include: ["src"], exclude: OFFICE.map((folder) => `${folder}/**`) },
    { path: "src/locales/office_{locale}", include: OFFICE },
  ],
});
