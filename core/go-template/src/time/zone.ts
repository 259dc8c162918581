// Time zones from the JavaScript engine's own data. `Local` is UTC: a template must not depend on the machine that renders it.

export interface Zone {
  readonly name: string;
  /** Offset in seconds east of Greenwich, and abbreviation, at a moment given in seconds since 1970. */
  readonly at: (seconds: number) => { readonly offset: number; readonly abbreviation: string };
}

export const utc: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

export function fixedZone(offset: number, abbreviation: string): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

/** `undefined` for a name that is no zone. '' and `UTC` are UTC, and so is `Local`. */
export function findZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc;
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    return { name, at: (seconds) => describeMoment(name, format, seconds) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function describeMoment(name: string, format: Intl.DateTimeFormat, seconds: number): { readonly offset: number; readonly abbreviation: string } {
  const moment = new Date(seconds * 1000);
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  const offset = Math.round(shown / 1000 - Math.floor(seconds));
  return { offset, abbreviation: abbreviate(name, moment, offset) };
}

/** Each English locale knows the abbreviations of its own part of the world; what none knows is shown as its offset. */
function abbreviate(name: string, moment: Date, offset: number): string {
  for (const locale of ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA']) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }).formatToParts(moment);
    const shown = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]{3,5}$/.test(shown)) return shown;
  }
  const minutes = Math.abs(offset) / 60;
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${minutes % 60 === 0 ? '' : String(Math.floor(minutes % 60)).padStart(2, '0')}`;
}
