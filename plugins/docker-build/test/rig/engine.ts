import { createClient, type EngineClient } from '../../src/engine/client.ts';
import { findEndpoint } from '../../src/engine/endpoint.ts';
import { importImage, inspectImage, untagImage, type ImageName } from '../../src/engine/images.ts';
import { busyboxTar } from './busybox.ts';

/** What the environment says of the engine, as the plugin would get it. */
export function hostVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The engine of this host, as the environment names it. */
export async function connect(): Promise<EngineClient> {
  return createClient(await findEndpoint({ socket: undefined, env: hostVariables() }));
}

export const never = new AbortController().signal;

/** Images of one test file, under a repository of their own, removed at the end. */
export class TestImages {
  readonly client: EngineClient;
  readonly repository = `cos-test/${Math.random().toString(36).slice(2, 12)}`;
  readonly #names: ImageName[] = [];

  constructor(client: EngineClient) {
    this.client = client;
  }

  name(tag: string): ImageName {
    const name = { repository: this.repository, tag };
    this.#names.push(name);
    return name;
  }

  async base(rootfs: AsyncIterable<Uint8Array> = busyboxTar()): Promise<string> {
    return importImage(this.client, { rootfs, name: this.name('base'), changes: ['ENV PATH=/bin'], platform: 'linux/amd64', signal: never });
  }

  async layersOf(reference: string): Promise<readonly string[]> {
    return (await inspectImage(this.client, reference, never))?.layers ?? [];
  }

  async remove(): Promise<void> {
    const { listTags } = await import('../../src/engine/images.ts');
    const all = await listTags(this.client, this.repository, '', never);
    for (const name of all.toReversed()) await untagImage(this.client, name, never);
  }
}
