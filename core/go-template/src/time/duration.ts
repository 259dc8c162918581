const units: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n,
};

/** Nothing longer fits into 64 bits, unless it is full of zeros. */
const longest = 200;

/** `time.ParseDuration` (`-1h30m`, `1.5s`) in nanoseconds; `undefined` for anything else. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return 0n;
  if (body === '' || body.length > longest || !/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = 's'] of body.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = units[unit] ?? 0n;
    const digits = fraction.slice(0, 18);
    total += BigInt(whole === '' ? '0' : whole) * scale + (BigInt(digits === '' ? '0' : digits) * scale) / 10n ** BigInt(digits.length);
  }
  const signed = sign === '-' ? -total : total;
  return BigInt.asIntN(64, signed) === signed ? signed : undefined;
}
