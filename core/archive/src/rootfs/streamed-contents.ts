// Contents that come as one archive, in an order that is about that in which they are wanted. What comes too early waits in a temporary file; when the
// archive is in canonical order nothing does.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { readTar } from '../tar/read-tar.ts';
import type { TarEntry } from '../tar/entry.ts';
import { ContentHash } from './content-hash.ts';
import type { FileContent } from './file-content.ts';
import { normalPath } from './normal-path.ts';
import { Spool } from './spool.ts';
import type { Extent } from './spool.ts';

export interface StreamedContentsOptions<Content> {
  /** The archive. */
  readonly source: AsyncIterable<Uint8Array>;
  /** The contents that are wanted, by each path (see `normalPath`) where the archive may have them. */
  readonly wanted: ReadonlyMap<string, Content>;
  /** Existing folder for a temporary file without a name. */
  readonly scratch: string;
}

/** Each content can be opened once, and one at a time. Close it at the end. */
export class StreamedContents<Content extends FileContent> {
  readonly #entries: AsyncGenerator<TarEntry, void, undefined>;
  readonly #options: StreamedContentsOptions<Content>;
  readonly #early = new Map<Content, Extent>();
  readonly #passed = new Set<Content>();
  #spool: Spool | undefined;

  constructor(options: StreamedContentsOptions<Content>) {
    this.#options = options;
    this.#entries = readTar(options.source);
  }

  /**
   * A content, compared with its digest at its end. Errors: those of `readTar`; `changed` when the archive has another content at the path, or none.
   */
  async *open(content: Content): AsyncGenerator<Uint8Array, void, undefined> {
    const extent = this.#early.get(content);
    if (extent !== undefined) {
      yield* this.#spool?.read(extent) ?? [];
      return;
    }
    for (let next = await this.#entries.next(); next.done !== true; next = await this.#entries.next()) {
      const entry = next.value;
      const wanted = entry.type === 'file' ? this.#options.wanted.get(normalPath(entry.path)) : undefined;
      if (wanted === undefined || this.#passed.has(wanted)) continue;
      this.#passed.add(wanted);
      if (wanted === content) {
        const check = new ContentCheck(entry, wanted);
        for await (const chunk of entry.body) {
          check.add(chunk);
          yield chunk;
        }
        check.end();
        return;
      }
      this.#spool ??= await Spool.create(this.#options.scratch);
      this.#early.set(wanted, await this.#spool.append(verified(entry, wanted)));
    }
    throw new ArchiveError('changed', `A content of ${content.size} bytes, SHA-256 ${content.sha256}, was expected in the archive and is not in it`);
  }

  /** Ends reading the archive, and removes what waits. */
  async close(): Promise<void> {
    await this.#entries.return();
    await this.#spool?.close();
  }
}

async function* verified(entry: TarEntry, wanted: FileContent): AsyncGenerator<Uint8Array, void, undefined> {
  const check = new ContentCheck(entry, wanted);
  for await (const chunk of entry.body) {
    check.add(chunk);
    yield chunk;
  }
  check.end();
}

/** Compares a content with what it should be, at its end. */
class ContentCheck {
  readonly #entry: TarEntry;
  readonly #wanted: FileContent;
  readonly #hash: ContentHash;

  constructor(entry: TarEntry, wanted: FileContent) {
    this.#entry = entry;
    this.#wanted = wanted;
    this.#hash = new ContentHash(entry.size);
  }

  add(chunk: Uint8Array): void {
    this.#hash.add(chunk);
  }

  end(): void {
    const { path } = this.#entry;
    const { size, sha256 } = this.#wanted;
    if (this.#entry.size === size && this.#hash.digest() === sha256) return;
    throw new ArchiveError('changed', `The content of ${quoteName(path)} is not what it was: expected ${size} bytes with the SHA-256 ${sha256}`, { path });
  }
}
