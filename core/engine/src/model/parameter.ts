// Typed parameters of targets and commands. They are data, so that the command line is checked against them and --help prints them.

interface Common {
  readonly description: string;
  /** Taken from the words after the name instead of from a flag. At most one positional parameter may take many words, and it is the last. */
  readonly positional?: boolean;
}

/** What the flag means when it stands alone; a value is then given as `--flag=value` only. Default: the flag needs a value, which may be the next word. */
interface Bare { readonly bare?: string }

export interface TextParameter extends Common, Bare { readonly type: 'text'; readonly default?: string; readonly required?: boolean; readonly pattern?: RegExp }
export interface ListParameter extends Common, Bare { readonly type: 'list'; readonly required?: boolean }
export interface ChoiceParameter<C extends string = string> extends Common { readonly type: 'choice'; readonly choices: readonly C[]; readonly default?: C }
export interface FlagParameter extends Common { readonly type: 'flag' }
export interface IntegerParameter extends Common { readonly type: 'integer'; readonly default?: number; readonly minimum?: number; readonly maximum?: number }

export type Parameter = TextParameter | ListParameter | ChoiceParameter | FlagParameter | IntegerParameter;
export type Parameters = Readonly<Record<string, Parameter>>;

/** The value that a handler finds for a parameter: a list is never undefined, a flag is false unless given. */
export type ParameterValue<P extends Parameter> = P extends { type: 'list' }
  ? readonly string[]
  : P extends { type: 'flag' }
    ? boolean
    : P extends { type: 'choice'; choices: readonly (infer C)[] }
      ? P extends { default: string } ? C : C | undefined
      : P extends { type: 'integer' }
        ? P extends { default: number } ? number : number | undefined
        : P extends { default: string } | { required: true } ? string : string | undefined;

/** Nothing for a target that declares no parameters: then their names are not known, and asking for one is a mistake. */
export type ParameterValues<Pa extends Parameters> = string extends keyof Pa ? {} : { readonly [K in keyof Pa]: ParameterValue<Pa[K]> };

/** What the flag means when it stands alone; undefined when it needs a value. */
export function bareOf(parameter: Parameter): string | true | undefined {
  if (parameter.type === 'flag') return true;
  return parameter.type === 'text' || parameter.type === 'list' ? parameter.bare : undefined;
}

/** `squashLevel` is given as `--squash-level`. */
export function flagOf(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
