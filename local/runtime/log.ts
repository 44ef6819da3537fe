/** One JSON object per line on standard error. Callers never pass tokens, keys or arguments. */

type Level = "info" | "warning" | "error";

export function log(
  level: Level,
  event: string,
  fields: Record<string, string | number | boolean | null> = {},
): void {
  const line = { timestamp: new Date().toISOString(), level, event, ...fields };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** Text of anything that was thrown; never its stack, which may quote source text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
