// Tar headers as bytes, so that archives can be made that no writer would make. POSIX ustar.

export interface RawEntry {
  readonly name: string;
  /** Default '0', a file. */
  readonly type?: string;
  readonly link?: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number;
  /** What the header says, whatever follows. */
  readonly size?: number;
  readonly device?: readonly [number, number];
  readonly prefix?: string;
}

export function rawTar(entries: readonly RawEntry[], { end = true }: { readonly end?: boolean } = {}): Buffer {
  return Buffer.concat([...entries.flatMap(rawEntry), ...(end ? [Buffer.alloc(1024)] : [])]);
}

/** Records of a PAX header, for the entry that follows. */
export function pax(records: Readonly<Record<string, string>>): RawEntry {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest) + 1;
    while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
    return `${length}${rest}`;
  });
  return { name: 'pax', type: 'x', content: content.join('') };
}

function rawEntry({ name, type = '0', link = '', content = '', mode = 0o644, uid = 0, size, device = [0, 0], prefix = '' }: RawEntry): Buffer[] {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name.slice(0, 100), 0, 'latin1');
  header.write(octal(mode, 8), 100);
  header.write(octal(uid, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size ?? body.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link.slice(0, 100), 157, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(octal(device[0], 8), 329);
  header.write(octal(device[1], 8), 337);
  header.write(prefix, 345, 'latin1');
  header.write(octal(header.reduce((sum, byte) => sum + byte, 0), 7), 148);
  header[155] = 0x20;
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
}
