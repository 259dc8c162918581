import { createHash } from 'node:crypto';

/**
 * The UUID of a document: of its content, so that the same system has the same document, and another one another. Version 8 of RFC 9562, whose bits are those
 * of a SHA-256.
 */
export function documentId(content: unknown): string {
  const bytes = createHash('sha256').update(JSON.stringify(content)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Of the formats of bills: seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ`. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Version of what bills say; it is in them, so it is raised with the version of the stage. */
export const BILL_VERSION = '1';
