import { ArchiveError, StreamedContents, type LayerContent, type LayerListing, type RootListing } from '@cos/archive';
import { createContainer, exportContainer, removeContainer } from '../engine/containers.ts';
import type { EngineClient } from '../engine/client.ts';
import type { ImageInfo } from '../engine/images.ts';
import { failureOf } from '../errors.ts';
import { createProcessName } from '../process-identity.ts';
import { isPushCheaperThanExport } from './costs.ts';
import { isEngineFile } from './engine-files.ts';
import type { ContentsLease, LayerCache } from './layer-cache.ts';
import type { LayerSource } from './layer-source.ts';

// The archive of an image, or of some of its paths. What the files are follows from the listings of its layers; their contents are taken from where they
// are cheapest: the layers that this process has read, or the files of a container, which come in the order of the archive and go through without waiting
// on disk. Each is compared with the digest that its layer's listing has.

export interface ImageContentRequest {
  readonly client: EngineClient;
  readonly cache: LayerCache;
  readonly source: LayerSource;
  readonly image: ImageInfo;
  /** All of the image. */
  readonly root: RootListing<LayerContent>;
  /** Paths at which a container has something else. */
  readonly dropped: ReadonlySet<string>;
  /** What of it is wanted. */
  readonly part: RootListing<LayerContent>;
  /** Folder for contents that come too early. */
  readonly folder: string;
  /** Whether a chunk may be overwritten when the next is asked for. */
  readonly transient: boolean;
  readonly signal: AbortSignal;
}

/** Names of containers begin with it. */
export const CONTAINER_PREFIX = 'cos-read-';

/** The canonical archive of the part; all times are 0. */
export async function* readImageContent(request: ImageContentRequest): AsyncGenerator<Uint8Array, void, undefined> {
  const { part, transient, signal } = request;
  const lease = await holdContents(request);
  const isAbsent = (content: LayerContent): boolean => content.bytes === undefined && !lease.has(content);
  const exported = layersOf(part, isAbsent).size === 0 ? undefined : await openContainer(request, isAbsent);
  try {
    const open = (content: LayerContent): AsyncIterable<Uint8Array> => {
      if (content.bytes !== undefined) return once(content.bytes);
      if (lease.has(content) || exported === undefined) return lease.open(content, { transient });
      return transient ? exported.contents.open(content) : copies(exported.contents.open(content));
    };
    for await (const chunk of part.archive(open, { epoch: 0, times: 'set', transient })) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    throw error instanceof ArchiveError ? failureOf('COS_DOCKER_IMAGE_CORRUPT', `The engine's files of the image ${request.image.id} are not those of its layers: ${error.message}.`, { cause: error }) : error;
  } finally {
    await exported?.close();
    await lease.release();
  }
}

/** Holds what this process has of the contents. What is little, or cannot be had from a container, is read from the engine by layers first. */
async function holdContents({ cache, source, image, root, dropped, part, signal }: ImageContentRequest): Promise<ContentsLease> {
  const all = digestsOf(cache, layersOf(part));
  const lease = cache.lease(all);
  const isAbsent = (content: LayerContent): boolean => content.bytes === undefined && !lease.has(content);
  const absent = layersOf(part, isAbsent);
  if (absent.size === 0) return lease;
  const isHidden = hiddenByEngine({ root, dropped });
  const hidden = layersOf(part, (content) => isAbsent(content) && isHidden(content));
  const wanted = [...absent].reduce((sum, { size }) => sum + size, 0);
  const isPushed = isPushCheaperThanExport({ wanted, all: image.size }) && (await source.mayPush(signal));
  if (hidden.size === 0 && !isPushed) return lease;
  await lease.release();
  await source.bring({ image, wanted: digestsOf(cache, isPushed ? absent : hidden), contents: 'all', signal });
  return cache.lease(all);
}

/** The layers that contents are of. There are few layers and many contents: nothing is made for each. */
function layersOf({ places }: RootListing<LayerContent>, counts: (content: LayerContent) => boolean = () => true): Set<LayerListing> {
  const layers = new Set<LayerListing>();
  for (const { inode } of places) if (inode?.content !== undefined && !layers.has(inode.content.listing) && counts(inode.content)) layers.add(inode.content.listing);
  return layers;
}

function digestsOf(cache: LayerCache, layers: Iterable<LayerListing>): Set<string> {
  return new Set([...layers].map((listing) => cache.digestOf(listing)));
}

/** Whether a container has no path of a content. */
function hiddenByEngine({ root, dropped }: Pick<ImageContentRequest, 'root' | 'dropped'>): (content: LayerContent) => boolean {
  const hidden = new Set<LayerContent>();
  const isHidden = (path: string): boolean => isEngineFile(path) || dropped.has(path);
  for (const { path, inode } of root.places) if (inode?.content !== undefined && isHidden(path)) hidden.add(inode.content);
  for (const { path, inode } of root.places) if (inode?.content !== undefined && !isHidden(path)) hidden.delete(inode.content);
  return (content) => hidden.has(content);
}

interface Exported {
  readonly contents: StreamedContents<LayerContent>;
  close(): Promise<void>;
}

async function openContainer({ client, image, root, dropped, folder, signal }: ImageContentRequest, isAbsent: (content: LayerContent) => boolean): Promise<Exported> {
  const wanted = new Map<string, LayerContent>();
  for (const { path, inode } of root.places) {
    const content = inode?.content;
    if (content !== undefined && isAbsent(content) && !isEngineFile(path) && !dropped.has(path)) wanted.set(path, content);
  }
  const container = await createContainer(client, { image: image.id, name: CONTAINER_PREFIX + createProcessName(), signal });
  const remove = async (): Promise<void> => removeContainer(client, container, AbortSignal.timeout(REMOVE_TIMEOUT));
  try {
    const contents = new StreamedContents({ source: exportContainer(client, container, signal), wanted, scratch: folder });
    return {
      contents,
      close: async () => {
        try {
          await contents.close();
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const REMOVE_TIMEOUT = 60_000;

/** Pieces that stay: those of a download are overwritten by the next. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
