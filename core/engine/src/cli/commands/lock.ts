import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { CosError } from '../../errors/cos-error.ts';
import type { Diagnostic } from '../../errors/diagnostic.ts';
import { hintFor } from '../../errors/did-you-mean.ts';
import { createPaint } from '../../errors/paint.ts';
import { printable } from '../../errors/printable.ts';
import type { Parameter } from '../../model/parameter.ts';
import { showChanges, type ShownChange } from '../../pins/compare-locks.ts';
import { changeLock, readLock, type LockChange } from '../../pins/lock-file.ts';
import { lockName, type Lock } from '../../pins/lock.ts';
import { shellWord } from '../../pins/read-pin.ts';
import { locksFolder, openPins } from '../../pins/session.ts';
import { createPlan } from '../../plan/create-plan.ts';
import type { PlannerMemo } from '../../plan/planner-call.ts';
import type { Settings } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { pinBench, prepareConfig, refuseErrors } from '../prepare.ts';
import { tell, type Terminal } from '../terminal.ts';

export interface LockRequest {
  /** Requests to look up anew; with `update` and none of them all. */
  readonly names: readonly string[];
  readonly update: boolean;
  /** Write nothing; what would change is a problem. */
  readonly check: boolean;
}

/** `cos lock`: plans every target for every derivative and platform, looks up what cos.lock lacks, and takes out what nothing asks for. Builds nothing. */
export async function lock({ names, update, check }: LockRequest, settings: Settings, terminal: Terminal): Promise<number> {
  if (names.length > 0 && !update) throw new CosError({ code: 'COS_REQUEST_EXTRA_WORD', severity: 'error', message: `Names of pins are for --update; found ${JSON.stringify(names[0])} without it.`, hint: `cos lock --update ${names.map(shellWord).join(' ')}` });
  const prepared = await prepareConfig(settings);
  refuseErrors(prepared.diagnostics);
  const { config } = prepared;
  const show = { workspace: config.workspace, color: settings.errorColor };
  const before = readLock(config.workspace);
  if (!before.ok) throw new CosError(before.failures);

  const asked = new Set(names);
  const session = openPins({
    config,
    openBench: pinBench(config, terminal),
    emit: (event) => {
      if (event.type === 'diagnostic') tell(terminal, [event.diagnostic], show);
    },
    signal: terminal.signal,
    keep: 'memory',
    forget: ({ request }) => update && (asked.size === 0 || asked.has(request)),
    onStart: ({ plugin, pin, request }) => terminal.err.write(`looks up ${plugin}.${pin} ${printable(request)}\n`),
  });
  if (!session.ok) throw new CosError(session.failures);
  const used = new Set<string>();
  const problems = new Map<string, Diagnostic>();
  const memo: PlannerMemo = new Map();
  const unplanned = targetsWithWishes(config);
  for (const name of config.targets.keys()) {
    if (unplanned.includes(name)) continue;
    const planned = await createPlan({ config, targets: [{ name, parameters: {} }], emit: () => undefined, env: terminal.env, signal: terminal.signal, frozen: check && !update, openBench: pinBench(config, terminal), pins: session.value, effects: 'asked', memo });
    for (const key of planned.pins.asked) used.add(key);
    // Whether the plan is right otherwise (a key that is not there yet) says nothing of its pins.
    const told = planned.pins.complete ? planned.pins.problems : planned.diagnostics;
    for (const diagnostic of told) if (diagnostic.severity === 'error') problems.set(JSON.stringify(diagnostic), diagnostic);
  }
  for (const name of asked) {
    if (![...before.value.values(), ...session.value.changes()].some(({ request }) => request === name)) throw new CosError(unknownPin(name, [...before.value.values(), ...session.value.changes()].map(({ request }) => request)));
  }

  const whole = wholeOf(settings, unplanned, problems.size);
  const unused: readonly LockChange[] = whole === undefined ? [...before.value].filter(([key]) => !used.has(key)).map(([, { plugin, pin, request, content }]) => ({ plugin, pin, request, before: content, after: undefined })) : [];
  const changes = [...session.value.changes(), ...unused];
  if (!check) {
    const written = await changeLock(changes, { workspace: config.workspace, locks: locksFolder(config), signal: terminal.signal });
    if (!written.ok) throw new CosError(written.failures);
  }
  const shown = showChanges(changes);
  terminal.out.write(report(shown, before.value, { check, color: settings.color }));
  if (whole !== undefined) terminal.err.write(`Pins that nothing asks for stay: ${whole}.\n`);
  if (check && shown.length > 0) problems.set('', outdated(shown.length));
  tell(terminal, [...problems.values()], show);
  return problems.size > 0 ? exitCodes.wrongRequest : exitCodes.done;
}

/** Targets that cannot be planned without being told more. */
function targetsWithWishes(config: ResolvedConfig): readonly string[] {
  return [...config.targets].filter(([, target]) => Object.values<Parameter>(target.params ?? {}).some((parameter) => 'required' in parameter && parameter.required)).map(([name]) => name);
}

/** Why it cannot be told what nothing asks for; undefined when it can. */
function wholeOf(settings: Settings, unplanned: readonly string[], problems: number): string | undefined {
  const { values, set, derivatives, platforms } = settings.load;
  if (derivatives.length + platforms.length > 0) return 'only some derivatives or platforms were looked at';
  if (values.length + set.length > 0) return 'the values of the command line may not be those of other runs';
  if (unplanned.length > 0) return `${unplanned.map((name) => `"${name}"`).join(', ')} cannot be planned without parameters`;
  return problems > 0 ? 'not everything could be planned' : undefined;
}

function report(shown: readonly ShownChange[], before: Lock, { check, color }: { readonly check: boolean; readonly color: boolean }): string {
  const paint = createPaint(color);
  const marks = { added: paint.green('added  '), changed: paint.yellow('changed'), removed: paint.red('removed') };
  const rows = shown.flatMap(({ kind, plugin, pin, request, lines }) => {
    const name = `${marks[kind]} ${printable(request)} ${paint.dim(`${plugin}.${pin}`)}`;
    return lines.length === 1 && !lines[0]?.includes('  ') ? [`${name}  ${printable(lines[0] ?? '')}`] : [name, ...lines.map((line) => `          ${printable(line)}`)];
  });
  const count = (kind: ShownChange['kind']): number => shown.filter((change) => change.kind === kind).length;
  const kept = before.size - count('changed') - count('removed');
  const parts = [...(['added', 'changed', 'removed'] as const).flatMap((kind) => (count(kind) === 0 ? [] : [`${count(kind)} ${check ? `to be ${kind}` : kind}`])), ...(kept > 0 || shown.length === 0 ? [`${kept} as before`] : [])];
  return `${[...rows, `${lockName}: ${parts.join(', ')}`].join('\n')}\n`;
}

function unknownPin(name: string, known: readonly string[]): Diagnostic {
  return { code: 'COS_REQUEST_UNKNOWN_PIN', severity: 'error', message: `Neither ${lockName} nor the config has a pin of the name "${name}".`, hint: hintFor(name, known, 'pins') };
}

function outdated(changes: number): Diagnostic {
  return { code: 'COS_PLAN_LOCK_OUTDATED', severity: 'error', message: `${lockName} is not what it should be: ${changes} ${changes === 1 ? 'entry differs' : 'entries differ'}.`, place: { file: lockName }, hint: `Run \`cos lock\` (with --update to take what is new) and commit ${lockName}.` };
}
