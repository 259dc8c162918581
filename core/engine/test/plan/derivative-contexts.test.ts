import { describe, expect, test } from 'vitest';
import { defineDerivative } from '../../src/index.ts';
import { createWorkspace, planConfig, type PlanConfigOptions } from '../../src/testing.ts';
import { configOf, preset } from '../rig/config.ts';

const derivatives = [
  defineDerivative({ name: 'base', from: preset, platforms: ['linux/amd64', 'linux/arm64'], values: { greeting: 'base' } }),
  defineDerivative({ name: 'edge', from: preset, platforms: ['linux/amd64'], values: { greeting: 'edge' } }),
];

/** Each derivative's file is made of those of the others that it names. */
const needs: Readonly<Record<string, readonly string[]>> = { base: [], edge: ['base'] };

async function plan(options: Partial<PlanConfigOptions> = {}, of: Readonly<Record<string, readonly string[]>> = needs) {
  await using workspace = await createWorkspace();
  type Context = Parameters<Parameters<typeof configOf>[0][string]['plan']>[0];
  const make = ({ use, derivative, values, contextOf }: Omit<Context, 'params'>): ReturnType<Context['use']['shell']['run']>['out'] =>
    use.shell.run({ name: 'x', inputs: { files: (of[derivative.name] ?? []).map((name) => make(contextOf(name))) }, options: { command: `echo ${String(Reflect.get(values, 'greeting'))}` } }).out;
  const config = configOf({ t: { description: 'x', plan: (context) => ({ [`${context.scope ?? ''}/x`]: make(context) }) } }, { derivatives });
  const { plan: made, text } = await planConfig(config, { workspace: workspace.path, ...options });
  return { tasks: made?.tasks.map(({ key, inputs, options: given }) => [key, inputs['files']?.artifacts.map((input) => ('task' in input ? input.task : input.source)), given['command']]), wanted: made?.wanted.map(({ path }) => path), text };
}

describe('the context of another derivative', () => {
  test('has the tasks that this one has by itself, with its values', async () => {
    const { tasks, wanted, text } = await plan();
    expect(text).toBe('');
    expect(tasks).toEqual([
      ['shell.run#x@base/amd64', [], 'echo base'],
      ['shell.run#x@base/arm64', [], 'echo base'],
      ['shell.run#x@edge/amd64', ['shell.run#x@base/amd64'], 'echo edge'],
    ]);
    expect(wanted).toEqual(['base/amd64/x', 'base/arm64/x', 'edge/amd64/x']);
  });

  test('is there although the derivative is not selected', async () => {
    const { tasks, wanted } = await plan({ derivatives: ['edge'] });
    expect(tasks?.map(([key]) => key)).toEqual(['shell.run#x@base/amd64', 'shell.run#x@edge/amd64']);
    expect(wanted).toEqual(['edge/amd64/x']);
  });

  test('is there for the platform of the asking one only, and names are suggested', async () => {
    const { text } = await plan({}, { base: ['edge'], edge: ['baes'] });
    expect(text).toContain('COS_PLAN_UNKNOWN_DERIVATIVE: The config has no derivative "edge" for linux/arm64.');
    expect(text).toContain('COS_PLAN_UNKNOWN_DERIVATIVE: The config has no derivative "baes" for linux/amd64.');
    expect(text).toContain('hint: Did you mean "base"?');
  });
});
