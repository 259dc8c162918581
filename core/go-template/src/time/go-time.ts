// `time.Time`: a moment in a zone.
import { GoInt, GoObject, goInt, goInt64 } from '../values/value.ts';
import type { GoMethod, GoValue } from '../values/value.ts';
import { GoPanic } from '../values/panic.ts';
import { formatTime } from './format.ts';
import { utc } from './zone.ts';
import type { Zone } from './zone.ts';

/** Seconds from the year 1 to 1970: Go's zero time. */
const zeroSeconds = -62_135_596_800;
/** Go can hold other years; the calendar of JavaScript cannot. */
const farthest = 8_640_000_000_000;

export interface Calendar {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
  readonly offset: number;
  readonly abbreviation: string;
}

export class GoTime extends GoObject {
  readonly typeName = 'time.Time';
  readonly kind = 'struct';
  /** Since 1970. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
  readonly zone: Zone;

  constructor(seconds: number, nanoseconds = 0, zone: Zone = utc) {
    super();
    if (!(Math.abs(seconds) <= farthest)) throw new GoPanic('time out of range');
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  static zero(): GoTime {
    return new GoTime(zeroSeconds);
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.seconds, this.nanoseconds, zone);
  }

  add(duration: bigint): GoTime {
    const total = this.total + duration;
    const nanoseconds = BigInt.asUintN(64, ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
    return new GoTime(Number((total - nanoseconds) / 1_000_000_000n), Number(nanoseconds), this.zone);
  }

  /** Nanoseconds since 1970. */
  get total(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanoseconds);
  }

  get calendar(): Calendar {
    const { offset, abbreviation } = this.zone.at(this.seconds);
    const date = new Date((this.seconds + offset) * 1000);
    const year = date.getUTCFullYear();
    const start = new Date(0);
    start.setUTCFullYear(year, 0, 1);
    return {
      year,
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      weekday: date.getUTCDay(),
      yearDay: Math.floor((date.getTime() - start.getTime()) / 86_400_000) + 1,
      offset,
      abbreviation,
    };
  }

  print(): string {
    return formatTime(this, '2006-01-02 15:04:05.999999999 -0700 MST');
  }

  /** RFC 3339, for the formats that write times. */
  override field(name: string): GoValue | undefined {
    return name === 'json' || name === 'yaml' || name === 'toml' ? formatTime(this, '2006-01-02T15:04:05.999999999Z07:00') : undefined;
  }

  override method(name: string): GoMethod | undefined {
    const simple = this.#property(name);
    if (simple !== undefined) return { parameters: [], call: simple };
    switch (name) {
      case 'Format':
        return { parameters: ['string'], call: ([layout]) => formatTime(this, typeof layout === 'string' ? layout : '') };
      case 'AddDate':
        return { parameters: ['int', 'int', 'int'], call: (args) => this.#addDate(args.map(toNumber)) };
      case 'Add':
        return { parameters: ['time.Duration'], call: ([duration]) => this.add(duration instanceof GoInt ? duration.value : 0n) };
      case 'Sub':
        return { parameters: ['time.Time'], call: ([other]) => new GoInt(this.total - toTime(other).total, 'time.Duration') };
      case 'Before':
        return { parameters: ['time.Time'], call: ([other]) => this.total < toTime(other).total };
      case 'After':
        return { parameters: ['time.Time'], call: ([other]) => this.total > toTime(other).total };
      case 'Equal':
        return { parameters: ['time.Time'], call: ([other]) => this.total === toTime(other).total };
      default:
        return undefined;
    }
  }

  #property(name: string): (() => GoValue) | undefined {
    switch (name) {
      case 'Year':
        return () => goInt(this.calendar.year);
      case 'Month':
        return () => new GoInt(BigInt(this.calendar.month), 'time.Month');
      case 'Day':
        return () => goInt(this.calendar.day);
      case 'Hour':
        return () => goInt(this.calendar.hour);
      case 'Minute':
        return () => goInt(this.calendar.minute);
      case 'Second':
        return () => goInt(this.calendar.second);
      case 'Nanosecond':
        return () => goInt(this.nanoseconds);
      case 'Weekday':
        return () => new GoInt(BigInt(this.calendar.weekday), 'time.Weekday');
      case 'YearDay':
        return () => goInt(this.calendar.yearDay);
      case 'Unix':
        return () => goInt64(this.seconds);
      case 'UnixMilli':
        return () => goInt64(this.total / 1_000_000n);
      case 'UnixMicro':
        return () => goInt64(this.total / 1_000n);
      case 'UnixNano':
        return () => goInt64(this.total);
      case 'IsZero':
        return () => this.seconds === zeroSeconds && this.nanoseconds === 0;
      case 'UTC':
      case 'Local':
        return () => this.in(utc);
      case 'String':
        return () => this.print();
      default:
        return undefined;
    }
  }

  #addDate([years = 0, months = 0, days = 0]: readonly number[]): GoTime {
    const { year, month, day, hour, minute, second, offset } = this.calendar;
    const date = new Date(0);
    date.setUTCFullYear(year + years, month - 1 + months, day + days);
    date.setUTCHours(hour, minute, second);
    const local = date.getTime() / 1000;
    // The offset may differ on the other day.
    const guess = this.zone.at(local - offset).offset;
    return new GoTime(local - guess, this.nanoseconds, this.zone);
  }
}

function toNumber(value: GoValue): number {
  return value instanceof GoInt ? Number(value.value) : 0;
}

function toTime(value: GoValue | undefined): GoTime {
  return value instanceof GoTime ? value : GoTime.zero();
}
