import type { BuildComparison } from './compare-builds.ts';
import type { Cause } from './compare-requests.ts';
import type { FileChange } from './contents/compare-contents.ts';
import type { Properties } from './contents/listing.ts';
import type { NamedFiles } from './name-files.ts';

/** What a second build has shown. */
export interface Outcome {
  /** As the user has named it. */
  readonly artifact: string;
  readonly statement: { readonly file: string; readonly signedBy: string | undefined };
  readonly identical: boolean;
  /** Known from before the build. */
  readonly causes: readonly Cause[];
  readonly builds: BuildComparison;
  /** Of each step among the origins, and of those that were asked otherwise. */
  readonly named: readonly NamedFiles[];
  /** Files by which the artifact differs; undefined: it does not, or it is plain bytes. */
  readonly files: readonly FileChange[] | undefined;
}

const MOST_LINES = 50;

/** For people, a line each. Whatever comes from a statement or an archive is shown so that it cannot do anything to a terminal. */
export function writeReport(outcome: Outcome): readonly string[] {
  const { artifact, statement, identical, causes, builds, named, files } = outcome;
  const because = causeLines(causes);
  const differing = builds.origins.length + builds.asked.length + builds.followed.length;
  const done = builds.identical + differing + builds.additional.length;
  const onTheWay = differing === 0 ? `, and each made what ${printable(statement.file)} says${signature(statement)}.` : `, as ${printable(statement.file)} says${signature(statement)}. What is different on the way did not reach it:`;
  return [
    ...(identical ? [`identical: ${artifact}`, `${count(done, 'step was', 'steps were')} done again${onTheWay}`] : [`different: ${artifact}`]),
    ...because,
    ...builds.additional.map((task) => `${printable(task)} is not in the statement`),
    ...builds.missing.map((task) => `${printable(task)} is in the statement, and was not done`),
    ...describe(builds.origins, 'made something else of the same inputs', named),
    ...describe(builds.asked, 'was asked for something else, and made it', named),
    ...(builds.followed.length === 0 ? [] : [`${count(builds.followed.length, 'step', 'steps')} followed: ${builds.followed.map(({ task }) => printable(task)).join(', ')}`]),
    ...(files === undefined ? [] : [`${artifact}:`, ...(files.length === 0 ? ['  the same files; bytes around them differ'] : limit(files.map((file) => `  ${line(file)}`)))]),
  ];
}

/** A line each; one for all steps that have the same difference. */
export function causeLines(causes: readonly Cause[]): readonly string[] {
  const groups = new Map<string, { readonly cause: Cause; readonly names: string[] }>();
  for (const cause of causes) {
    const key = JSON.stringify([cause.what, cause.what === 'step' ? cause.difference : cause.name]);
    const group = groups.get(key) ?? { cause, names: [] };
    group.names.push(printable(cause.name));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ cause: { what, difference }, names }) => `${what} ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: ${printable(difference)}`);
}

function describe(steps: BuildComparison['origins'], what: string, named: readonly NamedFiles[]): readonly string[] {
  return steps.flatMap(({ task, outputs }) => {
    const { seenIn, files = [] } = named.find((each) => each.task === task) ?? {};
    const elsewhere = seenIn === undefined || seenIn === task ? '' : `; seen in what ${printable(seenIn)} made of it`;
    const subject = printable(task.slice(task.indexOf('#') + 1));
    const shown = files.length > 0 ? limit(files.map((file) => `  ${subject}: ${line(file)}`)) : outputs.map(({ name, kind, before, after }) => `  ${printable(name)} (${printable(kind)}): ${before.slice(0, 19)}… -> ${after.slice(0, 19)}…`);
    return [`${printable(task)} ${what}${elsewhere}`, ...shown];
  });
}

function line({ within, path, kind, properties, before, after }: FileChange): string {
  const where = [...within, path === '' ? '.' : path].map(printable).join(': ');
  if (kind !== 'changed') return `${where}  ${kind === 'added' ? 'is new' : 'is gone'}`;
  return `${where}  ${properties.map((name) => change(name, before, after)).join(', ')}`;
}

function change(name: string, before: Properties | undefined, after: Properties | undefined): string {
  const show = (properties: Properties | undefined): string => {
    const value = properties?.[name] ?? 'none';
    return printable(name === 'content' ? value.slice(0, 12) : name === 'time' && Number.isSafeInteger(Number(value)) && Math.abs(Number(value)) < 8e12 ? new Date(Number(value) * 1000).toISOString().replace('.000', '') : value);
  };
  return `${name} ${show(before)} -> ${show(after)}`;
}

function limit(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), `  and ${lines.length - MOST_LINES} more; --json has them all`];
}

function signature({ signedBy }: Outcome['statement']): string {
  return signedBy === undefined ? '' : `, which is signed by the owner of ${printable(signedBy)}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Names in archives and texts of statements are whatever somebody wrote. */
function printable(text: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(text) && text === text.trim() ? text : JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** For programs. */
export function writeJson({ artifact, statement, identical, causes, builds, named, files }: Outcome): string {
  const steps = (list: BuildComparison['origins']): unknown => list.map(({ task, outputs }) => ({ task, outputs, ...namedOf(task, named) }));
  return JSON.stringify(
    {
      format: 1,
      artifact,
      statement: { file: statement.file, signedBy: statement.signedBy ?? null },
      identical,
      causes,
      steps: { identical: builds.identical, origins: steps(builds.origins), asked: steps(builds.asked), followed: builds.followed, missing: builds.missing, additional: builds.additional },
      files: files?.map(plain) ?? [],
    },
    null,
    1,
  );
}

function namedOf(task: string, named: readonly NamedFiles[]): object {
  const found = named.find((each) => each.task === task);
  return { seenIn: found?.seenIn ?? null, files: found?.files.map(plain) ?? [] };
}

function plain({ within, path, kind, properties, before, after }: FileChange): object {
  return { within, path, kind, properties, before: before ?? null, after: after ?? null };
}
