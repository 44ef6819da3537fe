/** Speeds that the player offers. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** The neighbouring speed; stays at the ends. */
export function nextSpeed(current: number, by: 1 | -1): number {
  const index = SPEEDS.findIndex((speed) => speed >= current - 0.001);
  const at = index < 0 ? SPEEDS.length - 1 : index;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))] ?? 1;
}

/** A remembered value that may come from an older version, made valid. */
export function validSpeed(value: unknown): number {
  return SPEEDS.find((speed) => speed === value) ?? 1;
}
