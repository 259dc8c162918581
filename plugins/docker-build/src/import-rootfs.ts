import { useEngine, type EngineHost } from './engine/container-engine.ts';
import { importImage } from './engine/import-image.ts';
import { withRunName } from './engine/run-name.ts';
import { runTag } from './run-tag.ts';
import { tee } from './tee.ts';

export interface ImportRootfsRequest extends EngineHost {
  /** An uncompressed tar. */
  readonly rootfs: AsyncIterable<Uint8Array>;
  readonly platform: string;
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly sourceDateEpoch: number;
  /** Default: the usual six folders. */
  readonly path?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An image that has a name of this run only until `use` is done with it. */
export interface ImportedImage {
  use<T>(emit: (id: string, reference: string) => Promise<T>): Promise<T>;
}

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Imports a root filesystem as an image of one layer. Its configuration is a PATH and SOURCE_DATE_EPOCH, which makes well-behaved tools put that time
 * into what they write.
 */
export async function importRootfs(request: ImportRootfsRequest): Promise<ImportedImage> {
  const { plugin, signal } = request;
  const { client, store } = await useEngine(request);
  const name = { repository: plugin.repository, tag: runTag('import', request.runId) };
  const { main, side } = tee(request.rootfs);
  const noted = store.noteLayer(side, signal);
  // Its failure is told where the image is used; it must not count as unhandled until then.
  noted.catch(() => undefined);
  const id = await importImage(client, {
    rootfs: main,
    name,
    env: { PATH: request.path ?? USUAL_PATH, SOURCE_DATE_EPOCH: String(request.sourceDateEpoch) },
    labels: request.labels ?? {},
    platform: request.platform,
    signal,
  });
  return {
    use: async (emit) => withRunName(client, name, async () => {
        await noted;
        return emit(id, store.referenceOf(await store.digestOf(id, signal)));
      }),
  };
}

