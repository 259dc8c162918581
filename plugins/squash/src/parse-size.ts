const units: ReadonlyMap<string, number> = new Map([
  ['B', 1], ['kB', 1e3], ['MB', 1e6], ['GB', 1e9], ['TB', 1e12], ['KiB', 2 ** 10], ['MiB', 2 ** 20], ['GiB', 2 ** 30], ['TiB', 2 ** 40],
]);

/** Bytes of `"1.5 GB"`; undefined for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)?$/.exec(text) ?? [];
  const factor = units.get(unit);
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
}
