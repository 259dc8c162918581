import { CosError } from '@cos/core';
import { isError, readPackageObject, type ObjectPackage } from '@cos/luet';

/** A package as the planner wrote it down. What the config says was checked before: only a stage call of somebody's own can be wrong. */
export function readDeclared(data: unknown): ObjectPackage {
  const { one, problems, recipeProblems } = readPackageObject(data, { file: 'package', line: 1, column: 1 });
  const errors = [...problems, ...recipeProblems].filter(isError);
  if (one !== undefined && errors.length === 0) return one;
  throw new CosError({
    code: 'COS_TEMPLATE_RECIPE',
    severity: 'error',
    message: 'The option "package" is no package.',
    notes: errors.map(({ message }) => ({ message })),
    hint: 'Give what the planner of the resolve plugin answers as `declared`.',
  });
}
