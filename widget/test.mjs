// Bundles the unit tests, as the widget itself is bundled, and runs them in Node.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { build } from "esbuild";

const outdir = "dist/test";
await build({
  entryPoints: globSync("test/*.test.ts"),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", `${outdir}/*.mjs`], {
  stdio: "inherit",
});
process.exit(status ?? 1);
