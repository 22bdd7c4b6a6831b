import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The back office: its words are loaded with the first of its screens, not with the list. */
const OFFICE = [
  "src/settings",
  "src/customers",
  "src/products",
  "src/stock",
  "src/parts/refused.ts",
  "src/parts/form.tsx",
];
const LEFT_OUT = OFFICE.map((place) => (/\.tsx?$/.test(place) ? place : `${place}/**`));

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  catalogs: [
    // It stands first: a file belongs to the first catalogue whose path it fits.
    { path: "src/locales/office_{locale}", include: OFFICE },
    { path: "src/locales/{locale}", include: ["src"], exclude: LEFT_OUT },
  ],
});
