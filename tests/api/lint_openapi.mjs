// Lints an OpenAPI document with Redocly's recommended rules; prints one line per finding.
import { readFileSync } from "node:fs";
import { argv, stdout } from "node:process";
import redocly from "@redocly/openapi-core";

const source = readFileSync(argv[2], "utf8");
const config = await redocly.createConfig({ extends: ["recommended"] });
const findings = await redocly.lintFromString({ source, absoluteRef: argv[2], config });
for (const { ruleId, severity, message, location } of findings) {
  stdout.write(`${severity} ${ruleId}: ${message} ${location[0]?.pointer ?? ""}\n`);
}
