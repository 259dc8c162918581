// Messages of the service by which BuildKit asks for secrets: protocol buffers in frames of gRPC.
// Formats: moby.buildkit.secrets.v1.Secrets (session/secrets/secrets.proto of BuildKit), grpc.health.v1.Health (health.proto of gRPC), protocol buffers
// encoding, gRPC over HTTP/2 (PROTOCOL-HTTP2 of gRPC).

export const GET_SECRET = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
export const CHECK_HEALTH = '/grpc.health.v1.Health/Check';

/** HealthCheckResponse with the status SERVING. */
export const HEALTHY: Uint8Array = Uint8Array.of(0x08, 0x01);

/** The field `ID` of a GetSecretRequest in a frame; undefined when it is none. */
export function decodeSecretRequest(frame: Uint8Array): string | undefined {
  const message = bodyOf(frame);
  let at = 0;
  let id: string | undefined;
  const varint = (): number | undefined => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = message?.[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  if (message === undefined) return undefined;
  while (at < message.length) {
    const key = varint();
    // Both fields, the id and annotations, are delimited by their length.
    const length = key !== undefined && key % 8 === 2 ? varint() : undefined;
    if (key === undefined || length === undefined || at + length > message.length) return undefined;
    if (Math.floor(key / 8) === 1) id = Buffer.from(message.subarray(at, at + length)).toString('utf8');
    at += length;
  }
  return id;
}

/** GetSecretResponse. */
export function encodeSecret(data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([0x0a, ...encodeVarint(data.length)]), data]);
}

/** A message, not compressed, with its length. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function bodyOf(frame: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < 5 || bytes[0] !== 0 || bytes.readUInt32BE(1) !== bytes.length - 5) return undefined;
  return bytes.subarray(5);
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
