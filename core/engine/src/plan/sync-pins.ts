import type { ResolvedConfig } from '../config/resolved-config.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { at } from '../errors/place.ts';
import type { Emit } from '../model/event.ts';
import { toPlain } from '../model/plain.ts';
import type { Pin } from '../model/plugin.ts';
import type { MissingPin } from './draft.ts';
import { pickEnv } from './host-env.ts';
import { lockKey, lockName, readLock, writeLock, type Lock } from './lock-file.ts';

export interface SyncOptions {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Looks up what cos.lock does not know (this may use the network) and writes it there. Answers the new lock, or what went wrong. */
export async function syncPins(missing: readonly MissingPin[], options: SyncOptions): Promise<{ readonly lock: Lock; readonly problems: readonly Diagnostic[] }> {
  const problems: Diagnostic[] = [];
  const found = new Map<string, Parameters<typeof lockKey>>();
  const answers = new Map<string, Lock extends ReadonlyMap<string, infer V> ? V : never>();
  for (const { plugin, pin, request, site } of missing) {
    const configured = options.config.plugins.get(plugin);
    const pins = new Map(Object.entries<Pin>(configured?.definition.pins ?? {}));
    const resolver = pins.get(pin);
    // The problem with the plugin's options is reported already.
    if (configured === undefined || resolver === undefined || configured.broken) continue;
    try {
      const answer = toPlain(await resolver.resolve(request, { plugin: configured.options, env: pickEnv(configured.definition.hostEnv, options.env), signal: options.signal }));
      if (!answer.ok) {
        problems.push({ code: 'COS_PLAN_PIN_FAILED', severity: 'error', message: `Plugin error: pin "${pin}" of plugin "${plugin}" answered ${answer.found} for "${request}".`, ...at(site) });
        continue;
      }
      const key = lockKey(plugin, pin, request);
      found.set(key, [plugin, pin, request]);
      answers.set(key, answer.value);
      options.emit({ type: 'pin-resolved', plugin, pin, request });
    } catch (error) {
      const expected = diagnosticsOf(error);
      problems.push(...(expected ?? [{ code: 'COS_PLAN_PIN_FAILED', severity: 'error', message: `Looking up "${request}" (pin "${pin}" of plugin "${plugin}") failed: ${messageOf(error)}`, ...at(site) }]));
    }
  }
  // Read again: another run may have added its pins meanwhile.
  const current = await readLock(options.config.workspace);
  if (!current.ok) return { lock: new Map(), problems: [...problems, ...current.failures] };
  const lock = new Map([...current.value, ...answers]);
  if (answers.size > 0) await writeLock(options.config.workspace, lock);
  return { lock, problems };
}

/** With --frozen, what is missing in the lock is an error. */
export function refuseMissing(missing: readonly MissingPin[]): readonly Diagnostic[] {
  return missing.map(({ plugin, pin, request, site }) => ({
    code: 'COS_PLAN_PIN_MISSING',
    severity: 'error',
    message: `Expected "${request}" (pin "${pin}" of plugin "${plugin}") in ${lockName}; it is not there, and --frozen forbids to look it up.`,
    ...at(site),
    hint: `Run once without --frozen and commit ${lockName}.`,
  }));
}
