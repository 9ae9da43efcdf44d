export interface Line {
  kind: "same" | "removed" | "added";
  text: string;
}

/** The longest common lines: table[i][j] is how many there are from line i and line j on. */
function common(before: string[], after: string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      table[i]![j] = before[i] === after[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  return table;
}

/** Which lines of a text went, came and stayed. */
export function lineChanges(before: string, after: string): Line[] {
  const [old, young] = [before.split("\n"), after.split("\n")];
  const table = common(old, young);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      lines.push({ kind: "same", text: old[i++]! });
      j++;
    } else if (j >= young.length || (i < old.length && table[i + 1]![j]! >= table[i]![j + 1]!)) lines.push({ kind: "removed", text: old[i++]! });
    else lines.push({ kind: "added", text: young[j++]! });
  }
  return lines;
}
