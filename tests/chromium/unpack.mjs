/**
 * Unpacks the Chromium of `@sparticuz/chromium`, which lies beside this file, with the libraries and
 * the font that it brings. `chrome` is then what to run: a script that names them.
 */
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname;
process.env["TMPDIR"] = here; // where the package unpacks to
const { inflate } = await import("@sparticuz/chromium");
for (const name of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"]) {
  await inflate(join(here, "node_modules/@sparticuz/chromium/bin", name));
}
await rm(join(here, "node_modules"), { recursive: true });
// The package's own list of fonts knows the folders of a cloud function only.
await writeFile(
  join(here, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${here}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${here}/font-cache</cachedir>
</fontconfig>
`,
);
const script = `#!/bin/sh
export LD_LIBRARY_PATH="${here}/al2023/lib" FONTCONFIG_FILE="${here}/fonts.conf"
exec "${here}/chromium" "$@"
`;
await writeFile(join(here, "chrome.part"), script, { mode: 0o755 });
await rename(join(here, "chrome.part"), join(here, "chrome")); // there only if all the rest is
