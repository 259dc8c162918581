import { quote } from '../errors/schema-failures.ts';
import { flagOf } from '../model/parameter.ts';
import { isObject, problem, type Subject } from './shape.ts';

/** Flags of the engine, which parameters of targets cannot take. A test compares them with the command line. */
export const engineFlags = [
  'help', 'version', 'dry-run', 'force', 'keep-going', 'fail-fast', 'jobs', 'set', 'values', 'derivative', 'platform', 'reporter', 'frozen', 'verbose', 'seed', 'json', 'format', 'color', 'no-color', 'target',
] as const;

const types = ['text', 'list', 'choice', 'flag', 'integer'] as const;

/** Checks that parameters are declared so that a command line can be read by them. `taken`: flags that they cannot have. */
export function checkParameters(parameters: unknown, subject: Subject, taken: readonly string[] = engineFlags): void {
  if (parameters === undefined) return;
  const fail = (message: string) => problem(subject, 'COS_CONFIG_PARAMETER', message);
  if (!isObject(parameters)) return fail(`Expected parameters by name as "params" of ${subject.what}; found ${quote(parameters)}.`);
  const positional: string[] = [];
  let taker: string | undefined;
  for (const [name, parameter] of Object.entries(parameters)) {
    const what = `parameter "${name}" of ${subject.what}`;
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) fail(`Expected letters and digits as name of a parameter; found ${quote(name)} in ${subject.what}.`);
    if (!isObject(parameter) || !types.some((type) => type === parameter['type'])) {
      fail(`Expected one of ${types.join(', ')} as "type" of ${what}; found ${quote(isObject(parameter) ? parameter['type'] : parameter)}.`);
      continue;
    }
    if (parameter['positional'] !== true && taken.includes(flagOf(name))) fail(`The flag --${flagOf(name)} of ${what} is a flag of cos: choose another name.`);
    const choices = parameter['choices'];
    if (parameter['type'] === 'choice') {
      if (!Array.isArray(choices) || choices.length === 0 || !choices.every((choice) => typeof choice === 'string')) fail(`Expected a list of texts as "choices" of ${what}; found ${quote(choices)}.`);
      else if (parameter['default'] !== undefined && !choices.some((choice) => choice === parameter['default'])) fail(`Expected one of ${choices.join(', ')} as "default" of ${what}; found ${quote(parameter['default'])}.`);
    }
    if (parameter['positional'] !== true) continue;
    if (parameter['type'] === 'flag') fail(`A flag cannot be positional: ${what}.`);
    if (taker !== undefined) fail(`Parameter "${taker}" of ${subject.what} takes all words: it must be the last positional one, but "${name}" comes after it.`);
    if (parameter['type'] === 'list') taker = name;
    positional.push(name);
  }
}
