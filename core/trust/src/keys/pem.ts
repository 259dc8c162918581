// PEM (RFC 7468): base64 between two lines that name what it is.

export interface Pem {
  readonly label: string;
  readonly bytes: Buffer;
}

const MAX_PEM = 64 * 1024;

/** The first PEM block of a text; undefined when there is none, or when its base64 is damaged. */
export function readPem(text: string): Pem | undefined {
  if (text.length > MAX_PEM) return undefined;
  const match = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/m.exec(text);
  const [, label, body] = match ?? [];
  if (label === undefined || body === undefined) return undefined;
  const bytes = decodeBase64(body.replaceAll(/\s/g, ''));
  return bytes === undefined ? undefined : { label, bytes };
}

export function writePem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Decodes base64 with padding; undefined for anything else. (Buffer.from skips what it does not know.) */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
