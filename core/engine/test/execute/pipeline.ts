import { textFile } from '../../src/artifacts/index.ts';
import { fileTree, type ArtifactKind, type ArtifactStore } from '../../src/model/artifact.ts';
import { taskKey, type TaskKey } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { toPlainObject } from '../../src/model/plain.ts';
import type { Plan, PlannedInput, PlannedTask } from '../../src/model/plan.ts';
import type { PluginDefinition } from '../../src/model/plugin.ts';
import type { Port } from '../../src/model/port.ts';
import { noOptions } from '../../src/model/schema.ts';
import type { Stage } from '../../src/model/stage.ts';
import type { Bindings } from '../../src/plan/bindings.ts';

// Plans made by hand.

/** What a task of a hand-made plan says; the rest comes from its stage. */
export interface TaskSketch {
  readonly stage: Stage;
  readonly name: string;
  readonly plugin?: string;
  readonly stageName?: string;
  /** Workspace paths (text) or outputs of tasks by name. */
  readonly inputs?: Readonly<Record<string, readonly (string | { readonly of: string; readonly output: string })[]>>;
  readonly options?: unknown;
  /** Default `needed`. */
  readonly run?: PlannedTask['run'];
  readonly origins?: PlannedTask['origins'];
}

export interface Pipeline {
  readonly plan: Plan;
  readonly bindings: Bindings;
}

export interface PipelineOptions {
  readonly tasks: readonly TaskSketch[];
  /** Published path to `task name:output`. */
  readonly wanted?: Readonly<Record<string, string>>;
  readonly stores?: readonly ArtifactStore[];
  readonly plugins?: Readonly<Record<string, Partial<PluginDefinition> & { readonly given?: unknown; readonly recorded?: JsonObject }>>;
}

export function makePipeline({ tasks, wanted = {}, stores = [], plugins = {} }: PipelineOptions): Pipeline {
  const planned: PlannedTask[] = [];
  const keys = new Map<string, TaskKey>();
  const kinds = new Map<string, ArtifactKind>([[fileTree.name, fileTree], [textFile.name, textFile]]);
  const sources = new Set<string>();
  for (const sketch of tasks) {
    const { stage, name } = sketch;
    const key = taskKey(sketch.plugin ?? 'test', sketch.stageName ?? 'step', name);
    keys.set(name, key);
    const ports = Object.entries<Port>(stage.inputs);
    const outputs = Object.entries<ArtifactKind>(stage.outputs);
    for (const kind of [...ports.map(([, port]) => port.kind), ...outputs.map(([, kind]) => kind)]) kinds.set(kind.name, kind);
    const inputs = ports.map(([port, { kind, arity }]) => {
      const artifacts = (sketch.inputs?.[port] ?? []).map((input): PlannedInput => {
        if (typeof input !== 'string') return { task: keys.get(input.of)!, output: input.output };
        sources.add(input);
        return { source: input };
      });
      return [port, { kind: kind.name, arity, artifacts }] as const;
    });
    const options = toPlainObject(sketch.options ?? {});
    if (!options.ok) throw new Error('options');
    planned.push({
      key,
      plugin: sketch.plugin ?? 'test',
      stage: sketch.stageName ?? 'step',
      name,
      description: stage.description,
      version: stage.version,
      options: options.value,
      inputs: Object.fromEntries(inputs),
      outputs: Object.fromEntries(outputs.map(([output, kind]) => [output, kind.name])),
      cache: stage.cache,
      effect: stage.effect,
      tools: (stage.tools ?? []).map((tool) => (typeof tool === 'string' ? tool : tool.name)),
      env: stage.env ?? [],
      platform: 'linux/amd64',
      platformBound: stage.platform ?? false,
      resource: { class: stage.resource?.class ?? 'cpu', units: stage.resource?.units ?? 1 },
      run: sketch.run ?? 'needed',
      origins: sketch.origins ?? {},
      declaredAt: undefined,
    });
  }
  const byKey = new Map(tasks.map((sketch) => [keys.get(sketch.name)!, sketch]));
  const plan: Plan = {
    format: 1,
    targets: ['test'],
    outDir: 'build',
    sourceDateEpoch: 315532800,
    tasks: planned,
    wanted: Object.entries(wanted).map(([path, from]) => {
      const [name = '', output = ''] = from.split(':');
      return { path, task: keys.get(name)!, output };
    }),
    sources: [...sources].sort(),
    reads: [],
    planners: [],
    env: {},
  };
  const bindings: Bindings = {
    stage: ({ key }) => byKey.get(key)!.stage,
    options: (key) => byKey.get(key)!.options ?? {},
    plugin: (name) => ({
      definition: { name, apiVersion: 1, options: noOptions, ...plugins[name] },
      options: plugins[name]?.given ?? {},
      recorded: plugins[name]?.recorded ?? {},
    }),
    kind: (name) => {
      const kind = kinds.get(name);
      if (kind === undefined) throw new Error(`no kind ${name}`);
      return kind;
    },
    store: (kind) => {
      const store = stores.find((candidate) => candidate.kind === kind);
      if (store === undefined) throw new Error(`no store for ${kind}`);
      return store;
    },
  };
  return { plan, bindings };
}
