const ASTRAL = /[\ud800-\udbff]/;

/**
 * The server counts Unicode code points, JavaScript counts UTF-16 units; they part ways after the first emoji or
 * rare ideograph. Returns a function from the one to the other for this text.
 */
export function unitOffsets(text: string): (codePoint: number) => number {
  if (!ASTRAL.test(text)) return (offset) => Math.min(offset, text.length);
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  return (offset) => units[offset] ?? text.length;
}
