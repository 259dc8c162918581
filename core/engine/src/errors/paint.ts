// Colours for terminals. Painted text is never parsed or stored.

export interface Paint {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** Colours, or a paint that changes nothing. */
export function createPaint(color: boolean): Paint {
  const code = (open: number, close: number) => (text: string) => (color && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { red: code(31, 39), yellow: code(33, 39), green: code(32, 39), blue: code(34, 39), dim: code(2, 22), bold: code(1, 22) };
}
