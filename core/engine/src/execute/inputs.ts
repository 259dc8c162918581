import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Artifact, ReadOptions } from '../model/artifact.ts';
import type { PlannedInput, PlannedTask } from '../model/plan.ts';
import { buildProvenance } from '../model/provenance.ts';
import { readFromPlugin } from './plugin-error.ts';
import { traceProvenance } from './records.ts';
import type { Scratch } from './run-registry.ts';
import type { OutputsOf, Run } from './run.ts';

/** The artifacts that a stage finds at its ports: bytes are opened when it asks for them. */
export function openInputs(run: Run, task: PlannedTask, outputsOf: OutputsOf, scratch: Scratch, signal: AbortSignal): Readonly<Record<string, unknown>> {
  let exported = 0;
  const open = (kindName: string, input: PlannedInput): Artifact => {
    if ('source' in input) return openSource(run, kindName, input.source);
    const output = outputsOf(input.task)?.[input.output];
    if (output === undefined) throw new Error(`Internal error: ${input.task} has no output ${input.output}`);
    const { digest, meta } = output;
    const kind = run.bindings.kind(kindName);
    const path = run.cache.blobs.path(digest);
    switch (kind.storage) {
      case 'file':
        return { kind: kindName, digest, meta, path: () => Promise.resolve(path), read: readWhole(kindName, () => createReadStream(path, { signal })), list: () => listNothing(kindName) };
      case 'tree':
        return { kind: kindName, digest, meta, path: () => Promise.resolve(path), read: readWhole(kindName, () => readTree(path, kindName, signal)), list: () => listNothing(kindName) };
      case 'external': {
        const title = `the store of \`${kindName}\``;
        const read = (options?: ReadOptions): AsyncIterable<Uint8Array> => readFromPlugin(title, () => run.bindings.store(kindName).read(digest, signal, options));
        const list = (): AsyncIterable<Uint8Array> => readFromPlugin(title, () => run.bindings.store(kindName).list?.(digest, signal) ?? listNothing(kindName));
        let file: Promise<string> | undefined;
        const exportOnce = (): Promise<string> => {
          exported += 1;
          return exportTo(scratch.inputs, String(exported), read(), signal);
        };
        return { kind: kindName, digest, meta, path: () => (file ??= exportOnce()), read, list };
      }
      default: {
        const never: never = kind.storage;
        return never;
      }
    }
  };
  const openProvenance = (kindName: string, input: PlannedInput): Artifact => {
    const { text, digest } = traceProvenance(run, { kind: kindName, input, outputsOf });
    let file: Promise<string> | undefined;
    const read = (): AsyncIterable<Uint8Array> => Readable.from([Buffer.from(text)]);
    const exportOnce = (): Promise<string> => {
      exported += 1;
      return exportTo(scratch.inputs, String(exported), read(), signal);
    };
    return { kind: buildProvenance.name, digest, meta: {}, path: () => (file ??= exportOnce()), read: readWhole(buildProvenance.name, read), list: () => listNothing(buildProvenance.name) };
  };
  const inputs: Record<string, unknown> = {};
  for (const [port, { kind, arity, artifacts }] of Object.entries(task.inputs)) {
    const opened = artifacts.map((input) => (arity === 'provenance' ? openProvenance(kind, input) : open(kind, input)));
    inputs[port] = arity === 'many' ? opened : opened[0];
  }
  return inputs;
}

function openSource(run: Run, kind: string, path: string): Artifact {
  const source = run.sources.get(path);
  if (source === undefined) throw new Error(`Internal error: the source ${path} was not read`);
  return { kind, digest: source.tree.digest, meta: {}, path: () => Promise.resolve(source.real), read: readWhole(kind, () => readTree(source.real, kind, run.signal)), list: () => listNothing(kind) };
}

function readWhole(kind: string, read: () => AsyncIterable<Uint8Array>): Artifact['read'] {
  return (options) => {
    if (options?.only !== undefined) throw new TypeError(`an artifact of kind ${kind} has no parts: read it as a whole`);
    return read();
  };
}

function listNothing(kind: string): never {
  throw new TypeError(`an artifact of kind ${kind} cannot be listed`);
}

/** A tree that is one file can be streamed; a folder cannot. */
function readTree(path: string, kind: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (statSync(path).isDirectory()) throw new TypeError(`an artifact of kind ${kind} is a folder here: use path(), a folder is no stream of bytes`);
  return createReadStream(path, { signal });
}

async function exportTo(folder: string, name: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  await pipeline(Readable.from(bytes), createWriteStream(path, { mode: 0o444 }), { signal });
  return path;
}
