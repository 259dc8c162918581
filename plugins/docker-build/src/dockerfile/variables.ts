import type { Instruction } from './instructions.ts';
import type { DockerfileModel } from './read-dockerfile.ts';
import { expandWord, splitWords } from './words.ts';

export interface VariablesRequest {
  readonly model: DockerfileModel;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `linux/amd64`. */
  readonly platform: string;
}

/**
 * Variables that FROM may name: those of ARG before the first stage, and what builders say of the platform. A build argument wins over a default;
 * undefined: declared, and without a value.
 */
export function globalVariables({ model, buildArgs, platform }: VariablesRequest): ReadonlyMap<string, string | undefined> {
  const variables = new Map<string, string | undefined>(Object.entries(platformArguments(platform)));
  for (const { name, value } of model.globals.flatMap((one) => declarationsOf(one, model.form.escape))) {
    const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
    const expanded = given === undefined && value !== undefined ? expandWord(value, { variables, escape: model.form.escape }) : undefined;
    // A default that names an unknown variable stays without a value: it may never be used.
    variables.set(name, given ?? (expanded?.ok === true ? expanded.value : value === undefined ? variables.get(name) : undefined));
  }
  return variables;
}

/** The arguments that builders know by themselves, for the platform that is built for. */
export function platformArguments(platform: string): Readonly<Record<string, string>> {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  return { TARGETPLATFORM: platform, TARGETOS: os, TARGETARCH: architecture, TARGETVARIANT: variant };
}

/** Names that a Dockerfile declares by ARG, anywhere. */
export function declaredArguments({ form }: DockerfileModel): ReadonlySet<string> {
  return new Set(form.instructions.filter(({ keyword }) => keyword === 'ARG').flatMap((one) => declarationsOf(one, form.escape).map(({ name }) => name)));
}

function declarationsOf({ rest }: Instruction, escape: string): readonly { readonly name: string; readonly value: string | undefined }[] {
  return splitWords(rest, escape).map(({ text }) => {
    const equals = text.indexOf('=');
    return equals < 0 ? { name: text, value: undefined } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
}
