import { createDefinePin, createDefinePlanner } from '@cos/core';
import { trustOption } from '@cos/schemas';
import * as z from 'zod/mini';

const variableName = z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/));

export const options = z.object({
  /** Variables of the environment that templates may look at with `env` and `expandenv`; all others read as empty. Default: none. */
  env: z._default(z.array(variableName), []),
  /** Which published repositories must be signed by whom, by name or place: `[{ match: 'upstream', mode: 'enforce', keys: [pem] }]`. Default: nobody looks. */
  trust: trustOption,
});

export type ResolveOptions = z.output<typeof options>;

export const definePin = createDefinePin(options);
export const definePlanner = createDefinePlanner(options);

/** Values of declared variables as template engines take them: one that is not set is empty. */
export function declaredVariables(names: readonly string[], env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}
