// The one place that says what a step is, and which mounts it asks for.

/** A command of a recipe as it stands behind RUN in a Dockerfile; each line but the last of a command with several ends with a backslash. */
export type PackageStep = string;

/** A `--mount` flag at the beginning of a step. Format: Dockerfile reference, RUN --mount. */
export interface StepMount {
  /** `bind` when the flag names none. */
  readonly type: string;
  /** Undefined when the flag has none: of a secret it is then the last part of the target, of a cache the whole target. */
  readonly id: string | undefined;
  /** Where the step finds it, absolute; undefined when the flag does not say. */
  readonly target: string | undefined;
  /** The Dockerfile stage or image that files come from; undefined: none is named. */
  readonly from: string | undefined;
}

/** The mounts of a step, in their order. What is no flag ends them. */
export function readStepMounts(step: PackageStep): readonly StepMount[] {
  const mounts: StepMount[] = [];
  let rest = step;
  for (;;) {
    // The line of a flag may be continued as that of the command.
    const [flag = '', name = '', value = ''] = /^(?:\s|\\\n)*--([a-z]+)(?:=(\S*))?(?=\s|\\\n|$)/.exec(rest) ?? [];
    if (flag === '') return mounts;
    if (name === 'mount') mounts.push(readMount(value));
    rest = rest.slice(flag.length);
  }
}

function readMount(value: string): StepMount {
  const fields = new Map(
    value.split(',').map((field): [string, string] => {
      const [key = '', ...rest] = field.replaceAll('"', '').split('=');
      return [key.toLowerCase(), rest.join('=')];
    }),
  );
  const type = fields.get('type') ?? 'bind';
  const given = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
  const id = fields.get('id') ?? (type === 'secret' ? given?.split('/').at(-1) : type === 'cache' ? given : undefined);
  const target = given ?? (type === 'secret' && id !== undefined ? `/run/secrets/${id}` : undefined);
  return { type, id, target, from: fields.get('from') };
}
