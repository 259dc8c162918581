import type { GoTime } from './go-time.ts';
import { splitLayout } from './layout.ts';
import type { Field, Piece } from './layout.ts';
import { unreachable } from '../unreachable.ts';
import { dayNames, monthNames } from './named-ints.ts';

/** `Time.Format`. */
export function formatTime(time: GoTime, layout: string): string {
  const { calendar } = time;
  return splitLayout(layout).map((piece) => formatPiece(piece)).join('');

  function formatPiece(piece: Piece): string {
    switch (piece.type) {
      case 'text':
        return piece.text;
      case 'field':
        return formatField(piece.field);
      case 'fraction': {
        const digits = String(time.nanoseconds).padStart(9, '0').padEnd(piece.digits, '0').slice(0, piece.digits);
        const shown = piece.trims ? digits.replace(/0+$/, '') : digits;
        return shown === '' ? '' : `${piece.text[0]}${shown}`;
      }
      default:
        return unreachable(piece);
    }
  }

  function formatField(name: Field): string {
    // Widened: all that is left are offsets.
    const field: string = name;
    const hour12 = calendar.hour % 12 === 0 ? 12 : calendar.hour % 12;
    switch (field) {
      case 'January':
        return monthNames[calendar.month - 1] ?? '';
      case 'Jan':
        return (monthNames[calendar.month - 1] ?? '').slice(0, 3);
      case '1':
        return String(calendar.month);
      case '01':
        return pad(calendar.month);
      case 'Monday':
        return dayNames[calendar.weekday] ?? '';
      case 'Mon':
        return (dayNames[calendar.weekday] ?? '').slice(0, 3);
      case '2':
        return String(calendar.day);
      case '_2':
        return String(calendar.day).padStart(2, ' ');
      case '02':
        return pad(calendar.day);
      case '__2':
        return String(calendar.yearDay).padStart(3, ' ');
      case '002':
        return pad(calendar.yearDay, 3);
      case '15':
        return pad(calendar.hour);
      case '3':
        return String(hour12);
      case '03':
        return pad(hour12);
      case '4':
        return String(calendar.minute);
      case '04':
        return pad(calendar.minute);
      case '5':
        return String(calendar.second);
      case '05':
        return pad(calendar.second);
      case '2006':
      case '_2006':
        return pad(calendar.year, 4);
      case '06':
        return pad(calendar.year % 100);
      case 'PM':
        return calendar.hour >= 12 ? 'PM' : 'AM';
      case 'pm':
        return calendar.hour >= 12 ? 'pm' : 'am';
      case 'MST':
        return calendar.abbreviation;
      default:
        return formatOffset(calendar.offset, field);
    }
  }
}

function formatOffset(offset: number, layout: string): string {
  if (layout.startsWith('Z') && offset === 0) return 'Z';
  const seconds = Math.abs(offset);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => pad(part));
  const count = layout.replace(/[^0-9]/g, '').length / 2;
  return `${offset < 0 ? '-' : '+'}${parts.slice(0, count).join(layout.includes(':') ? ':' : '')}`;
}

function pad(value: number, width = 2): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');
}
