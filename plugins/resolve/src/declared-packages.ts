import type { GivenObject } from '@cos/luet';

/** As `packages` of a target's context has it. */
interface DeclaredPackage {
  readonly data?: unknown;
  readonly declaredAt?: string | undefined;
}

/** What the config declares, as the library takes it. */
export function toObjects(packages: readonly DeclaredPackage[]): readonly GivenObject[] {
  return packages.map(({ data, declaredAt }) => ({ data, at: locate(declaredAt) }));
}

/** `file:line:column`. A declaration without a place comes from a language that tells no calls. */
function locate(site: string | undefined): GivenObject['at'] {
  const [, file = 'cos.config.ts', line = '1', column = '1'] = /^(.+?):(\d+):(\d+)$/.exec(site ?? '') ?? [];
  return { file, line: Number(line), column: Number(column) };
}
