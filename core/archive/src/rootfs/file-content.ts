// What is known of a file's content without having it.

export interface FileContent {
  readonly size: number;
  /** SHA-256, 32 bytes. */
  readonly sha256: Buffer;
}
