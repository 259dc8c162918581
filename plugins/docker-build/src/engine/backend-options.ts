// Options of `docker build` that the config gives, as luet's --backend-args: each is an option of the engine's API, or is refused.

/** What the options ask of the engine, in the form of its API. */
export interface BackendOptions {
  /** False with --no-cache. */
  readonly layerCache: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `name:address`. */
  readonly extraHosts: readonly string[];
  /** Bytes. */
  readonly shmSize: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** `0-2,4`. */
  readonly cpus: string | undefined;
}

export type ReadBackendOptions = { readonly ok: true; readonly options: BackendOptions } | { readonly ok: false; readonly problems: readonly string[] };

/** Reads options such as `--no-cache`, `--label=a=b` or `--label`, `a=b`; all that cannot be used is told at once. */
export function readBackendOptions(given: readonly string[]): ReadBackendOptions {
  const problems: string[] = [];
  const values = new Map<OptionName, string[]>();
  const rest = [...given];
  for (let text = rest.shift(); text !== undefined; text = rest.shift()) {
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (!isOption(name)) {
      problems.push(`${JSON.stringify(text)}: ${refused[name] ?? `expected one of ${Object.keys(forms).map((each) => `--${each}`).join(', ')}`}`);
      // The value of an option that is refused is no option itself.
      if (inline === undefined && rest[0]?.startsWith('-') === false) rest.shift();
      continue;
    }
    const value = name === 'no-cache' ? (inline ?? 'true') : (inline ?? rest.shift());
    if (value === undefined || !forms[name].test(value)) problems.push(`${JSON.stringify(text)}: expected ${expected[name]}${value === undefined ? ' after it' : `, found ${JSON.stringify(value)}`}`);
    else values.set(name, [...(values.get(name) ?? []), value]);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options: optionsOf(values) };
}

const forms = {
  'no-cache': /^(?:true|false)$/,
  label: /^[A-Za-z0-9][A-Za-z0-9_./-]*=[^\r\n]*$/,
  'build-arg': /^(?!BUILDKIT_)[A-Za-z_][A-Za-z0-9_]*=[\s\S]*$/,
  'add-host': /^[A-Za-z0-9._-]+:[0-9a-fA-F.:]+$/,
  'shm-size': /^\d+[bkmg]?$/i,
  memory: /^\d+[bkmg]?$/i,
  'cpuset-cpus': /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/,
} as const;

type OptionName = keyof typeof forms;

const expected: Readonly<Record<OptionName, string>> = {
  'no-cache': 'true or false',
  label: 'name=value of one line',
  'build-arg': 'NAME=value',
  'add-host': 'host:address',
  'shm-size': 'a size such as 64m',
  memory: 'a size such as 2g',
  'cpuset-cpus': 'a list such as 0-2,4',
};

/** Options of the docker program that would be in the way of what cos does itself. */
const refused: Readonly<Record<string, string>> = {
  network: 'the network is the option "network" of the plugin',
  tag: 'cos names its images itself',
  file: 'cos writes the Dockerfile itself',
  target: 'the stage is an option of the Dockerfile\'s task',
  platform: 'the platform is the one of the derivative',
  pull: 'images are pinned by their digests, and are never taken from a registry while something is built',
  squash: 'the layers of an image are no part of what cos makes of it',
  secret: 'a secret is no option: it would be seen in the list of processes',
  ssh: 'no key of this host is given to a step',
  output: 'images stay in the engine',
  quiet: 'output of steps goes to the log of the task',
  progress: 'output of steps goes to the log of the task',
};

function isOption(name: string): name is OptionName {
  return Object.hasOwn(forms, name);
}

function optionsOf(values: ReadonlyMap<OptionName, readonly string[]>): BackendOptions {
  const pairs = (name: OptionName): Readonly<Record<string, string>> => Object.fromEntries((values.get(name) ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
  const last = (name: OptionName): string | undefined => values.get(name)?.at(-1);
  return {
    layerCache: last('no-cache') !== 'true',
    labels: pairs('label'),
    buildArgs: pairs('build-arg'),
    extraHosts: values.get('add-host') ?? [],
    shmSize: bytesOf(last('shm-size')),
    memory: bytesOf(last('memory')),
    cpus: last('cpuset-cpus'),
  };
}

function bytesOf(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^(\d+)([bkmg]?)$/i.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** Math.max(0, ['b', 'k', 'm', 'g'].indexOf(unit.toLowerCase()));
}
