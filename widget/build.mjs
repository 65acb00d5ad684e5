// Bundles the widget into one classic script: dist/widget.js.
import { build } from "esbuild";

await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/widget.js",
  bundle: true,
  format: "iife",
  target: "es2021",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
});
