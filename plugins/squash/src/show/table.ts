/** Rows as lines: columns as wide as their widest cell, the first one to the left, the others to the right unless they are named in `left`. */
export function showTable(rows: readonly (readonly string[])[], left: ReadonlySet<number> = new Set([0])): readonly string[] {
  const widths = rows.reduce<readonly number[]>((known, row) => row.map((cell, index) => Math.max(known[index] ?? 0, cell.length)), []);
  return rows.map((row) => `  ${row.map((cell, index) => (left.has(index) ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join('  ')}`.trimEnd());
}

/** A bar for a share of the largest. On terminals of blocks, elsewhere of number signs. */
export function showBar(share: number, { width, isTerminal }: { readonly width: number; readonly isTerminal: boolean }): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  if (!isTerminal) return '#'.repeat(Math.round(eighths / 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (PARTS[eighths % 8] ?? '');
}

const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
