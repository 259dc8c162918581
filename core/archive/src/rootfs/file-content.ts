// What is known of a file's content without having it.

export interface FileContent {
  readonly size: number;
  /** SHA-256, 64 hexadecimal digits: as text it takes less memory than as bytes. */
  readonly sha256: string;
}
