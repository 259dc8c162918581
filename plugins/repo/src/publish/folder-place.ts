import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { diskTransport, lockFolder } from '@cos/client';
import { metadataFileName, writeMetadata } from '@cos/luet';
import { createSignature, indexSignatureNames, openEnvelope, readStatement, sha256OfFile, TrustError, verifySignature } from '@cos/trust';
import { sealIndexStatement } from './index-statement.ts';
import type { Place } from './place.ts';

/**
 * A folder, which a web server may serve. Every file appears whole and under its name at once: it is written beside, brought to the disk and renamed. Nothing
 * that an index names is ever written over.
 */
export function folderPlace(folder: string, signal: AbortSignal): Place {
  const at = (name: string): string => join(folder, name);
  const put = async (name: string, write: (path: string) => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    const temporary = at(`${temporaryPrefix}${process.pid}-${name}`.slice(0, 240));
    try {
      await rm(temporary, { force: true });
      await write(temporary);
      await sync(temporary);
      await rename(temporary, at(name));
    } finally {
      await rm(temporary, { force: true });
    }
  };
  const putText = async (name: string, text: string): Promise<void> => put(name, async (path) => writeFile(path, text, { flag: 'wx' }));
  const putCopy = async (name: string, from: string): Promise<void> =>
    put(name, async (path) => {
      await copyFile(from, path, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    });

  return {
    name: folder,
    type: 'files',
    transport: diskTransport(folder),
    async lock(onWait) {
      await mkdir(folder, { recursive: true });
      for (let told = false; ; told = true) {
        signal.throwIfAborted();
        const taken = lockFolder(folder, '.cos-publish');
        if (typeof taken === 'function') {
          await sweep(folder);
          return taken;
        }
        if (!told) onWait(`process ${taken.process}`);
        await delay(100, undefined, { signal });
      }
    },
    async mark() {
      const bytes = await readFile(at('repository.yaml')).catch(absent);
      return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
    },
    names: async () => new Set((await readdir(folder)).filter((name) => !name.startsWith('.'))),
    objectsOf: (entry) => [entry.path, metadataFileName(entry.package)],
    async putPackage({ identity, archive, metadata }) {
      // Another archive of that name may be that of a snapshot: it stays what it is.
      const isTaken = ![undefined, archive.sha256].includes(await digestOf(at(metadata.path)));
      const path = isTaken ? metadata.path.replace(/\.package\.tar/, `-${archive.sha256.slice(0, 12)}.package.tar`) : metadata.path;
      const named = { ...metadata, path };
      // Its name is no choice: where a published version is replaced, it is new before the index is. The other way round a killed publication would leave it old for good.
      await putText(metadataFileName(identity), writeMetadata(named));
      await putCopy(path, archive.path);
      return named;
    },
    putMetadata: async (identity, metadata) => putText(metadataFileName(identity), writeMetadata(metadata)),
    putFile: async (name, content) => ('path' in content ? putCopy(name, content.path) : putText(name, content.text)),
    async sign(name, text, signer) {
      const bytes = Buffer.from(text);
      const [file] = indexSignatureNames(bytes, name);
      const there = await readFile(at(file), 'utf8').catch(absent);
      // Each signature is another one; one that is good stays.
      if (there !== undefined && (await verifySignature(once(bytes), there, signer.trusted.key, file).catch(() => false))) return;
      await putText(file, await createSignature(once(bytes), signer.key));
    },
    async attest(name, text, { text: statement, before, signer }) {
      const sha256 = createHash('sha256').update(text).digest('hex');
      await putText(statementName(sha256), sealIndexStatement({ statement, name: undefined, sha256, before, signer }));
    },
    async isAttested(mark, { trusted }) {
      const there = await readFile(at(statementName(mark)), 'utf8').catch(absent);
      if (there === undefined) return false;
      try {
        return readStatement(openEnvelope(there, [trusted], statementName(mark)).payload, statementName(mark)).subjects.some(({ sha256 }) => sha256 === mark);
      } catch (error) {
        if (error instanceof TrustError) return false;
        throw error;
      }
    },
    async replace(text, mark) {
      // Under the lock nobody of this machine changes it; somebody of another one may.
      if ((await this.mark()) !== mark) return false;
      await sync(folder);
      await putText('repository.yaml', text);
      await sync(folder);
      return true;
    },
    async remove(names) {
      for (const name of names) {
        const digest = name.endsWith('-repository.yaml') ? await digestOf(at(name)) : undefined;
        const signature = digest === undefined ? undefined : await signatureOf(at(name), name);
        await rm(at(name), { force: true });
        // The newest snapshot has the same bytes as repository.yaml.
        if (digest === undefined || signature === undefined || digest === (await digestOf(at('repository.yaml')))) continue;
        for (const one of [signature, statementName(digest)]) await rm(at(one), { force: true });
      }
      return [];
    },
  };
}

/** The name of the statement about a file of the index, beside its signature. */
function statementName(sha256: string): string {
  return `sha256-${sha256}.intoto.jsonl`;
}

/** The name of the signature of a file of the index; undefined when there is no such file. */
async function signatureOf(path: string, name: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(absent);
  return bytes === undefined ? undefined : indexSignatureNames(bytes, name)[0];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

const temporaryPrefix = '.cos-new-';

/** What a killed publication left half-written. Only under the lock. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith(temporaryPrefix)) await rm(join(folder, name), { force: true });
}

async function digestOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(absent);
  if (found === undefined) return undefined;
  return sha256OfFile(path);
}

/** Brings a file, or the names of a folder, to the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
