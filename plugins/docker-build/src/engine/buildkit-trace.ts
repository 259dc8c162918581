// Messages in which BuildKit reports on a build: base64 of protocol buffers in the engine's stream of JSON messages. Only a few fields are used.
// Format: moby.buildkit.v1.StatusResponse (api/services/control/control.proto of BuildKit), protocol buffers encoding.

/** A step of the build, or something that BuildKit does for itself. */
export interface Vertex {
  readonly digest: string;
  /** `[2/5] RUN make`, `[tools 1/3] FROM …`, `[internal] load build context`. */
  readonly name: string;
  /** Whether it began or was taken from the cache. */
  readonly begun: boolean;
  /** Empty: none. */
  readonly error: string;
}

export interface Trace {
  readonly vertices: readonly Vertex[];
  /** `stream`: 1 is standard output, 2 standard error; lines of one may end in the middle of lines of the other. */
  readonly logs: readonly { readonly vertex: string; readonly stream: number; readonly text: string }[];
}

/** Throws when the bytes are no such message. */
export function decodeTrace(base64: string): Trace {
  const fields = fieldsOf(Buffer.from(base64, 'base64'));
  const parts = (number: number): readonly (readonly Field[])[] => fields.flatMap((field) => (field.number === number && field.bytes !== undefined ? [fieldsOf(field.bytes)] : []));
  return {
    vertices: parts(1).map((vertex) => ({ digest: text(vertex, 1), name: text(vertex, 3), begun: vertex.some(({ number }) => number === 4 || number === 5), error: text(vertex, 7) })),
    logs: parts(3).map((log) => ({ vertex: text(log, 1), stream: log.findLast(({ number }) => number === 3)?.value ?? 0, text: text(log, 4) })),
  };
}

interface Field {
  readonly number: number;
  readonly bytes?: Buffer;
  readonly value?: number;
}

function text(fields: readonly Field[], wanted: number): string {
  return fields.findLast(({ number }) => number === wanted)?.bytes?.toString('utf8') ?? '';
}

function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a number is cut off');
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (at + length > message.length) throw new Error('a field is cut off');
        fields.push({ number, bytes: message.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`a field of the unknown type ${key % 8}`);
    }
  }
  return fields;
}
