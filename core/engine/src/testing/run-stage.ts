import { createWriteStream } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { ArtifactKind, ArtifactRef, MetaOf } from '../model/artifact.ts';
import { fileTree } from '../model/artifact.ts';
import type { AnyPlugin } from '../model/config.ts';
import { definePlugin } from '../model/define-plugin.ts';
import { defineDerivative, defineDistribution, type Platform } from '../model/distribution.ts';
import type { Event } from '../model/event.ts';
import type { Digest } from '../model/identity.ts';
import type { Outcome } from '../model/outcome.ts';
import { one, optional, type Kinds, type Port } from '../model/port.ts';
import { noOptions, type In, type Schema } from '../model/schema.ts';
import { createDefineStage, type Stage } from '../model/stage.ts';
import { runConfig, type RunConfigOptions } from './run-config.ts';
import { createWorkspace, type TemporaryWorkspace } from './temporary-workspace.ts';

/** Bytes for a port: an absolute path of a file or folder (for external kinds: the locator that the store imports), and metadata where the kind has some. */
export type GivenArtifact<K extends ArtifactKind = ArtifactKind> = string | { readonly path: string; readonly meta: MetaOf<K> };

type StagesOf<P> = P extends { readonly stages: infer St } ? St : never;
type GivenInputs<S> = S extends Stage<infer I>
  ? { readonly [N in keyof I]?: I[N] extends Port<infer K, infer A> ? (A extends 'many' ? readonly GivenArtifact<K>[] : GivenArtifact<K>) : never }
  : never;
type GivenOptions<S> = S extends { readonly options: infer O extends Schema } ? In<O> : never;
type TakenOutputs<S> = S extends { readonly outputs: infer O extends Kinds } ? { readonly [N in keyof O]: TakenArtifact<O[N]> } : never;

export interface TakenArtifact<K extends ArtifactKind = ArtifactKind> {
  readonly digest: Digest;
  readonly meta: MetaOf<K>;
  /** A copy in the workspace of the test: a file, or a folder for trees. Of external kinds what the store streams. */
  readonly path: string;
}

export interface RunStageOptions<S> extends Partial<Pick<RunConfigOptions, 'env' | 'signal' | 'force' | 'repeated' | 'onEvent'>> {
  readonly inputs?: GivenInputs<S>;
  readonly options?: GivenOptions<S>;
  /** Default `test`. */
  readonly name?: string;
  readonly platform?: Platform;
  readonly sourceDateEpoch?: number;
  /** Default: a new one, removed with the result. Give one to see what a second run does. */
  readonly workspace?: TemporaryWorkspace;
}

export interface StageRun<S> extends AsyncDisposable {
  readonly outcome: Outcome | undefined;
  /** Outputs by name; empty unless the stage ended well. */
  readonly outputs: TakenOutputs<S>;
  readonly failure: Diagnostic | undefined;
  /** Problems of config, plan and run as the user reads them, without colours. Empty when there are none. */
  readonly text: string;
  /** Lines that the stage and its tools printed. */
  readonly lines: readonly string[];
  readonly events: readonly Event[];
  readonly workspace: TemporaryWorkspace;
}

/**
 * Runs one stage of a configured plugin through the whole engine, in a workspace of its own: options are checked, inputs hashed, tools looked up, outputs
 * stored and kind-checked as in a real run.
 */
export async function runStage<P extends AnyPlugin, N extends keyof StagesOf<P> & string>(plugin: P, stageName: N, options: RunStageOptions<StagesOf<P>[N]> = {}): Promise<StageRun<StagesOf<P>[N]>> {
  const workspace = options.workspace ?? (await createWorkspace());
  const stages = new Map<string, Stage>(Object.entries(plugin.stages));
  const stage = stages.get(stageName);
  if (stage === undefined) throw new TypeError(`The plugin "${plugin.name}" has no stage "${stageName}"`);
  const given = await placeInputs(stage, new Map(Object.entries(options.inputs ?? {})), workspace);
  const taken: Record<string, TakenArtifact> = {};
  const helper = definePlugin({ name: 'cos-testing', apiVersion: 1, options: noOptions, stages: { ...giveStages(stage, given), ...takeStages(stage, workspace, taken) } })();
  const name = options.name ?? 'test';
  const ran = await runConfig(
    {
      plugins: [plugin, helper],
      derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: [options.platform ?? 'linux/amd64'], trees: [] })],
      ...(options.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: options.sourceDateEpoch }),
      targets: {
        test: {
          description: 'the stage under test',
          plan: ({ use, source }) => {
            // Members are known by name only here; the engine checks every call again.
            const calls = (member: string) => new Map<string, unknown>(Object.entries(use)).get(member) as Record<string, (call: unknown) => Record<string, ArtifactRef>>;
            const inputs = planInputs(stage, given, source, calls('cos-testing'));
            const made = calls(plugin.name)[stageName]?.({ name, inputs, ...(options.options === undefined ? {} : { options: options.options }) }) ?? {};
            const takers = Object.entries(made).map(([output, ref]) => calls('cos-testing')[`take-${output}`]?.({ name, inputs: { artifact: ref } })['nothing']);
            return [...Object.values(made), ...takers.filter((ref) => ref !== undefined)];
          },
        },
      },
    },
    { ...options, workspace: workspace.path },
  );
  const own = ran.events.flatMap((event) => (event.type === 'task-finished' && event.plugin === plugin.name && event.stage === stageName ? [event] : [])).at(-1);
  return {
    outcome: own?.outcome,
    // Every output was taken when the stage ended well; the types say which there are.
    outputs: taken as TakenOutputs<StagesOf<P>[N]>,
    failure: own?.failure ?? ran.diagnostics.find(({ severity }) => severity === 'error'),
    text: ran.text,
    lines: ran.events.flatMap((event) => (event.type === 'task-output' && event.task === own?.task ? [event.line] : [])),
    events: ran.events,
    workspace,
    [Symbol.asyncDispose]: () => workspace.remove(),
  };
}

interface Placed {
  readonly port: string;
  /** Workspace path of the copy; for external kinds the locator. */
  readonly at: string;
  readonly meta: unknown;
}

/** Copies what is given below `inputs/` of the workspace. */
async function placeInputs(stage: Stage, inputs: ReadonlyMap<string, unknown>, workspace: TemporaryWorkspace): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  const ports = new Map(Object.entries<Port>(stage.inputs));
  for (const [port, value] of inputs) {
    const kind = ports.get(port)?.kind;
    const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const [index, item] of list.entries()) {
      const { path, meta } = typeof item === 'string' ? { path: item, meta: {} } : (item as { readonly path: string; readonly meta: unknown });
      if (kind?.storage === 'external') {
        placed.push({ port, at: path, meta });
        continue;
      }
      const at = `inputs/${port}-${index}`;
      await mkdir(workspace.join('inputs'), { recursive: true });
      await cp(path, workspace.join(at), { recursive: true, verbatimSymlinks: true, force: true });
      placed.push({ port, at, meta });
    }
  }
  return placed;
}

/** A stage for each given artifact that is not a plain file tree: it makes one of the kind from a source. */
function giveStages(stage: Stage, given: readonly Placed[]): Record<string, Stage> {
  const define = createDefineStage(noOptions);
  return Object.fromEntries(
    given.map(({ port, at, meta }, index) => {
      const kind = new Map(Object.entries<Port>(stage.inputs)).get(port)?.kind ?? fileTree;
      const made = define({
        description: 'gives what the test gives',
        version: 1,
        cache: 'never',
        inputs: { from: optional(fileTree) },
        outputs: { artifact: kind },
        options: noOptions,
        async run({ inputs, emit, scratch }) {
          if (inputs.from === undefined) return { artifact: await emit.artifact(at, meta) };
          await cp(await inputs.from.path(), join(scratch, 'given'), { recursive: true, verbatimSymlinks: true });
          return { artifact: await emit.artifact(join(scratch, 'given'), meta) };
        },
      });
      return [`give-${index}`, made as Stage];
    }),
  );
}

/** A stage for each output: it copies the artifact into `outputs/` of the workspace and tells the test of it. */
function takeStages(stage: Stage, workspace: TemporaryWorkspace, taken: Record<string, TakenArtifact>): Record<string, Stage> {
  const define = createDefineStage(noOptions);
  return Object.fromEntries(
    Object.entries<ArtifactKind>(stage.outputs).map(([output, kind]) => {
      const made = define({
        description: 'takes an output for the test',
        version: 1,
        cache: 'never',
        inputs: { artifact: one(kind) },
        outputs: { nothing: fileTree },
        options: noOptions,
        async run({ inputs: { artifact }, emit, scratch }) {
          const path = workspace.join('outputs', output);
          await mkdir(workspace.join('outputs'), { recursive: true });
          if (kind.storage === 'external') await pipeline(Readable.from(artifact.read()), createWriteStream(path));
          else await cp(await artifact.path(), path, { recursive: true, verbatimSymlinks: true, force: true });
          taken[output] = { digest: artifact.digest, meta: artifact.meta, path };
          await mkdir(join(scratch, 'nothing'));
          return { nothing: await emit.nothing(join(scratch, 'nothing'), {}) };
        },
      });
      return [`take-${output}`, made as Stage];
    }),
  );
}

function planInputs(stage: Stage, given: readonly Placed[], source: (path: string) => ArtifactRef, give: Record<string, (call: unknown) => Record<string, ArtifactRef>>): Record<string, unknown> {
  const refs = given.map(({ port, at }, index) => {
    const kind = new Map(Object.entries<Port>(stage.inputs)).get(port)?.kind;
    if (kind?.name === fileTree.name) return { port, ref: source(at) };
    return { port, ref: give[`give-${index}`]?.({ name: 'given', inputs: kind?.storage === 'external' ? {} : { from: source(at) } })['artifact'] };
  });
  return Object.fromEntries(
    Object.entries<Port>(stage.inputs).flatMap(([port, { arity }]): readonly (readonly [string, unknown])[] => {
      const own = refs.filter((each) => each.port === port).map(({ ref }) => ref);
      if (arity === 'many') return [[port, own]];
      return own[0] === undefined ? [] : [[port, own[0]]];
    }),
  );
}
