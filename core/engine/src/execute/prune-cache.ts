import { prune } from '../cache/prune.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { dropOldPinned } from './pinned-files.ts';
import { aloneInWorkspace } from './run-registry.ts';
import type { Run } from './run.ts';
import { dropOldManifests } from './sources.ts';

/** Keeps the cache within its bound, unless another run works in the workspace; then a later run does it. */
export async function pruneCache(run: Run): Promise<void> {
  await aloneInWorkspace(run.layout, run.runId, async () => {
    const { elsewhere } = prune(run.cache, run.options.cacheMaxBytes);
    dropOldManifests(run.layout);
    dropOldPinned(run.layout);
    const known = new Set(run.plan.tasks.flatMap(({ outputs }) => Object.values(outputs)));
    for (const { kind, digest } of elsewhere) {
      // A kind of another plan: nobody here can reach its store.
      if (!known.has(kind) || run.bindings.kind(kind).storage !== 'external') continue;
      try {
        await run.bindings.store(kind).remove(digest, run.signal);
      } catch (error) {
        run.signal.throwIfAborted();
        const message = `The store of \`${kind}\` could not forget what it keeps: ${diagnosticsOf(error)?.[0]?.message ?? messageOf(error)}`;
        run.emit({ type: 'diagnostic', diagnostic: { code: 'COS_STORE_NOT_CLEANED', severity: 'warning', message, hint: 'What is left there is not used any more; remove it with the means of that program.' } });
        return;
      }
    }
  });
}
