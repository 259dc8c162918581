import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Secret } from '../model/secret.ts';
import { callPlugin } from './plugin-error.ts';
import { previewTasks } from './preview-plan.ts';
import type { Lookup } from './run.ts';
import { readSecret } from './secrets.ts';

/**
 * One diagnostic for each secret without a value that tasks say they need and that would run. What is known already needs no secret, so a run with nothing
 * to do asks for none.
 */
export async function missingSecrets(lookup: Lookup): Promise<readonly Diagnostic[]> {
  const missing = new Map<string, { readonly diagnostic: Diagnostic; readonly tasks: PlannedTask[] }>();
  for (const task of lookup.plan.tasks) {
    for (const secret of await secretsOf(lookup, task)) {
      const known = missing.get(secret.name);
      const diagnostic = known?.diagnostic ?? problemOf(secret, lookup);
      if (diagnostic === undefined) continue;
      if (known === undefined) missing.set(secret.name, { diagnostic, tasks: [task] });
      else known.tasks.push(task);
    }
  }
  if (missing.size === 0) return [];
  const previews = await previewTasks(lookup);
  return [...missing.values()].flatMap(({ diagnostic, tasks }) => {
    const needed = tasks.filter(({ key }) => previews.get(key)?.preview.outcome === 'would build');
    return needed.length === 0 ? [] : [{ ...diagnostic, notes: [{ message: `needed by ${needed.map(({ key }) => key).join(', ')}` }] }];
  });
}

async function secretsOf({ bindings }: Lookup, task: PlannedTask): Promise<readonly Secret[]> {
  const stage = bindings.stage(task);
  if (stage.secrets === undefined) return [];
  const { options: plugin } = bindings.plugin(task.plugin);
  return callPlugin(`\`secrets\` of the stage \`${task.plugin}.${task.stage}\``, () => stage.secrets?.({ options: bindings.options(task.key), plugin }) ?? []);
}

function problemOf(secret: Secret, { options }: Lookup): Diagnostic | undefined {
  try {
    readSecret(secret, options);
    return undefined;
  } catch (error) {
    if (error instanceof CosError) return error.diagnostics[0];
    throw error;
  }
}
