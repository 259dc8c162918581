/** `12.3 MB`: decimal units, one digit behind the point from kilobytes on. Same text everywhere: no locale. */
export function showSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.abs(bytes);
  let unit = 0;
  while (unit < units.length - 1 && value >= (unit === 0 ? 1000 : 999.95)) {
    value /= 1000;
    unit += 1;
  }
  return `${bytes < 0 ? '-' : ''}${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** The same with a sign, for differences. */
export function showGrowth(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${showSize(bytes)}`;
}
