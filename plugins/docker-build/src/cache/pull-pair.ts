import type { EngineClient } from '../engine/client.ts';
import type { ContainerEngine } from '../engine/container-engine.ts';
import { inspectImage, removeReference } from '../engine/images.ts';
import { pullByDigest } from '../engine/transfer.ts';
import { Distrust, type RemoteImage, type RemotePair } from './find-pair.ts';

/** A pair of images in the engine, as it was found in the registry: exactly those layers, exactly that content where the registry says which. */
export interface PulledPair {
  /** Ids in the engine. */
  readonly image: string;
  readonly builder: string;
  /** Takes away the names that pulling gave. What is used has got another name by then, the rest goes. */
  release(): Promise<void>;
}

export interface PullPairOptions {
  readonly platform: string;
  readonly registryAuth: string | undefined;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Pulls a pair by digest. Throws {@link Distrust} for what is not what was announced, and TransferError. */
export async function pullPair(engine: ContainerEngine, pair: RemotePair, options: PullPairOptions): Promise<PulledPair> {
  const { client } = engine;
  const names: string[] = [];
  const release = async (): Promise<void> => {
    for (const name of names.splice(0)) await removeReference(client, name, AbortSignal.timeout(REMOVE_TIMEOUT));
  };
  const pull = async (remote: RemoteImage): Promise<string> => {
    const name = `${pair.repository}@${remote.manifest}`;
    // Somebody's own name stays.
    if ((await inspectImage(client, name, options.signal)) === undefined) names.push(name);
    return pullOne(client, pair.repository, remote, options);
  };
  try {
    const builder = await pull(pair.builder);
    const image = await pull(pair.image);
    await checkContent(engine, pair, { image, builder }, options.signal);
    return { image, builder, release };
  } catch (error) {
    await release();
    throw error;
  }
}

const REMOVE_TIMEOUT = 20_000;

/** Answers the id. Another task of this host may take the name of the same image away at any time: then it is pulled again. */
async function pullOne(client: EngineClient, repository: string, { manifest, config }: RemoteImage, options: PullPairOptions): Promise<string> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await pullByDigest(client, { repository, digest: manifest, ...options });
    const found = await inspectImage(client, `${repository}@${manifest}`, options.signal);
    if (found === undefined) continue;
    if (JSON.stringify(found.layers) !== JSON.stringify(config.diffIds)) throw new Distrust(`the engine pulled other layers for ${manifest} than its config names`);
    return found.id;
  }
  throw new Distrust(`the engine pulled ${manifest} and does not have it`);
}

async function checkContent({ store }: ContainerEngine, { tag, content }: RemotePair, pulled: Pick<PulledPair, 'image' | 'builder'>, signal: AbortSignal): Promise<void> {
  if (content === undefined) return;
  for (const which of ['image', 'builder'] as const) {
    const found = await store.digestOf(pulled[which], signal);
    if (found !== content[which]) throw new Distrust(`the content of ${tag} is ${found}, not ${content[which]} as it says`);
  }
}
