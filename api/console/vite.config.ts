import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { lingui } from "@lingui/vite-plugin";
import { defineConfig, type Plugin } from "vite";
import { handbook } from "./handbook.ts";

const DESK = /(order_page|new_order|edit_order|order_dialog|palette|keys_dialog|popup)-/;
const COMPRESSIBLE = /\.(js|css|svg)$/;

/** Keeps a gzip and a Brotli copy beside every file of text, so that the server compresses nothing. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      const folder = join(import.meta.dirname, "dist", "assets");
      for (const name of readdirSync(folder).filter((each) => COMPRESSIBLE.test(each))) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, options));
      }
    },
  };
}

export default defineConfig({
  plugins: [lingui(), handbook(), compressed()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // The names of what each screen needs stand in the first script: only the desk's own are worth the bytes.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (file, needed) => (DESK.test(file) ? needed : []),
    },
    reportCompressedSize: true,
  },
});
