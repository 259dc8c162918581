import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at, noteAt } from '../errors/place.ts';
import { sentence } from '../errors/sentence.ts';
import { quote, schemaFailures } from '../errors/schema-failures.ts';
import { toPlainObject } from '../model/plain.ts';
import type { PluginDefinition } from '../model/plugin.ts';
import { validate } from '../model/validate.ts';
import { checkParameters } from './check-parameters.ts';
import { engineCommands } from './engine-commands.ts';
import { isObject, problem, type Report, type Subject } from './shape.ts';
import type { ResolvedPlugin } from './resolved-config.ts';

/** The plugins of the config by name, options checked and parsed. */
export async function checkPlugins(given: readonly unknown[], site: string | undefined, report: Report): Promise<ReadonlyMap<string, ResolvedPlugin>> {
  const plugins = new Map<string, ResolvedPlugin>();
  const commands = new Map<string, string>();
  for (const [index, item] of given.entries()) {
    const subject: Subject = { what: `plugins.${index}`, site, report };
    if (typeof item === 'function') {
      problem(subject, 'COS_PLUGIN_INVALID', `Expected a configured plugin as plugins.${index}; found a function.`, 'Call it: a plugin is a function of its options, iso() or iso({ ... }).');
      continue;
    }
    if (!isConfigured(item)) {
      problem(subject, 'COS_PLUGIN_INVALID', `Expected a configured plugin as plugins.${index}; found ${quote(item)}.`, 'A plugin is made by definePlugin and called with its options.');
      continue;
    }
    const { definition, given: options, declaredAt } = item;
    const own: Subject = { what: `plugin "${definition.name}"`, site: declaredAt ?? site, report };
    if (definition.apiVersion !== 1) {
      problem(own, 'COS_PLUGIN_API_VERSION', `Expected a plugin for version 1 of the plugin interface; "${definition.name}" is for version ${quote(definition.apiVersion)}.`, 'Install the version of the plugin that fits your @cos/core.');
      continue;
    }
    const earlier = plugins.get(definition.name);
    if (earlier !== undefined) {
      report({
        code: 'COS_PLUGIN_DUPLICATE',
        severity: 'error',
        message: `Expected each plugin once; "${definition.name}" stands twice in "plugins".`,
        ...at(own.site),
        notes: noteAt('first declared here', earlier.declaredAt),
        hint: 'Remove one of them.',
      });
      continue;
    }
    checkDefinition(definition, own);
    checkCommands(definition, own, commands);
    plugins.set(definition.name, await parseOptions(definition, options, own));
  }
  return plugins;
}

interface ConfiguredPlugin {
  readonly definition: PluginDefinition;
  readonly given: unknown;
  readonly declaredAt: string | undefined;
}

function isConfigured(value: unknown): value is ConfiguredPlugin {
  return isObject(value) && isObject(value['definition']) && typeof value['definition']['name'] === 'string' && isObject(value['stages']);
}

async function parseOptions(definition: PluginDefinition, given: unknown, subject: Subject): Promise<ResolvedPlugin> {
  const broken: ResolvedPlugin = { definition, options: undefined, recorded: {}, declaredAt: subject.site, broken: true };
  // Undefined means no options given; a schema that has a default for everything takes the empty object.
  const input = given === undefined ? {} : given;
  const fail = { code: 'COS_PLUGIN_OPTIONS', what: subject.what, given: input, site: subject.site };
  try {
    const checked = await validate(definition.options, input);
    if (!checked.ok) {
      for (const failure of schemaFailures(checked.issues, fail)) subject.report(failure);
      return broken;
    }
    const hostOptions = new Set<string>((definition.hostOptions ?? []).map(String));
    const recordable = isObject(checked.value) ? Object.fromEntries(Object.entries(checked.value).filter(([key]) => !hostOptions.has(key))) : checked.value;
    const recorded = toPlainObject(recordable);
    if (!recorded.ok) {
      problem(subject, 'COS_PLUGIN_OPTIONS', `Expected plain data as options of ${subject.what}; "${recorded.path.join('.')}" is ${recorded.found}.`, 'Only options listed in hostOptions may be other things than plain data.');
      return broken;
    }
    return { definition, options: checked.value, recorded: recorded.value, declaredAt: subject.site, broken: false };
  } catch (error) {
    const known = diagnosticsOf(error);
    if (known === undefined) problem(subject, 'COS_PLUGIN_THREW', `The schema of the options of ${subject.what} threw: ${messageOf(error)}.`, 'This is a mistake in the plugin.');
    else for (const diagnostic of known) subject.report(diagnostic);
    return broken;
  }
}

const nameForm = /^[a-z][a-z0-9-]*$/;
const memberForm = /^[a-z][A-Za-z0-9-]*$/;

/** What the types of the definition say, and what they cannot say. */
function checkDefinition(definition: PluginDefinition, subject: Subject): void {
  const invalid = (message: string) => problem(subject, 'COS_PLUGIN_INVALID', message, 'This is a mistake in the plugin.');
  if (!nameForm.test(definition.name)) invalid(`Expected lower-case letters, digits and dashes as name of a plugin; found ${quote(definition.name)}.`);
  const members = [
    ['stage', definition.stages],
    ['planner', definition.planners],
    ['pin', definition.pins],
  ] as const;
  const seen = new Map<string, string>();
  for (const [sort, group] of members) {
    for (const name of Object.keys(group ?? {})) {
      if (!memberForm.test(name)) invalid(`Expected letters, digits and dashes as name of a ${sort}; found ${quote(name)} in ${subject.what}.`);
      const other = seen.get(name);
      if (other !== undefined) invalid(`${sentence(subject.what)} has a ${other} and a ${sort} of the name "${name}".`);
      seen.set(name, sort);
    }
  }
  for (const [name, stage] of Object.entries<unknown>(definition.stages ?? {})) {
    if (!isObject(stage) || typeof stage['run'] !== 'function') invalid(`Expected a stage made by defineStage as "${name}" of ${subject.what}; found ${quote(stage)}.`);
    else if (stage['cache'] !== 'content' && stage['cache'] !== 'never') invalid(`Expected "content" or "never" as "cache" of stage "${name}" of ${subject.what}; found ${quote(stage['cache'])}.`);
    else if (stage['effect'] !== undefined && stage['cache'] !== 'never') invalid(`Stage "${name}" of ${subject.what} publishes: expected "never" as its "cache"; found "content".`);
  }
}

function checkCommands(definition: PluginDefinition, subject: Subject, taken: Map<string, string>): void {
  for (const [name, command] of Object.entries(definition.commands ?? {})) {
    const owner = engineCommands.some((known) => known === name) ? 'the engine' : taken.get(name);
    if (owner !== undefined) {
      problem(subject, 'COS_PLUGIN_DUPLICATE', `${sentence(subject.what)} brings the command "${name}", which ${owner} has already.`, 'Remove one of the plugins.');
      continue;
    }
    taken.set(name, subject.what);
    if (!nameForm.test(name)) problem(subject, 'COS_PLUGIN_INVALID', `Expected lower-case letters, digits and dashes as name of a command; found ${quote(name)} in ${subject.what}.`);
    checkParameters(command.parameters, { ...subject, what: `command "${name}" of ${subject.what}` }, ['help']);
  }
}
