// What reaches out of the template: the environment (only variables that were handed in) and other templates.
import { contextual } from './define.ts';
import type { FunctionTable } from './define.ts';

export const environment: FunctionTable = {
  env: contextual(['string'], (context, name) => context.readEnvironment(name)),
  expandenv: contextual(['string'], (context, text) => expand(text, context.readEnvironment)),
};

export const including: FunctionTable = {
  include: contextual(['string', 'interface {}'], (context, name, data) => context.include(name, data)),
};

/** `os.ExpandEnv`: $name, ${name}; special parameters are one character, bad syntax is dropped. */
function expand(text: string, read: (name: string) => string): string {
  return text.replace(/\$(?:\{([^}]*)(\}?)|([*#$@!?\-0-9])|([A-Za-z_][A-Za-z0-9_]*))/g, (whole, braced: string | undefined, close: string | undefined, special: string | undefined, name: string | undefined) => {
    if (braced === undefined) return read(special ?? name ?? '');
    if (close === '') return whole.slice(2);
    return braced === '' ? '' : read(braced);
  });
}
