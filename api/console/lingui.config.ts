import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** The console's languages; English is what the sources are written in. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: false }),
  catalogs: [{ path: "src/locales/{locale}", include: ["src"] }],
});
