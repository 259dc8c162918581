import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createWorkerPool } from '../../src/execute/worker-pool.ts';

const signal = new AbortController().signal;

test('no more units are out than a class has', async () => {
  const pool = createWorkerPool(3, { disk: 1 });
  let running = 0;
  let most = 0;
  const work = async (units: number) => {
    const release = await pool.take({ class: 'cpu', units }, signal);
    running += units;
    most = Math.max(most, running);
    await tick();
    running -= units;
    release();
  };
  await Promise.all([1, 2, 1, 3, 1, 1, 2, 9].map((units) => work(Math.min(units, 3))));
  expect(most).toBe(3);
});

test('classes do not wait for each other; unknown ones have two', async () => {
  const pool = createWorkerPool(1, { disk: 1 });
  await pool.take({ class: 'cpu', units: 1 }, signal);
  await pool.take({ class: 'disk', units: 1 }, signal);
  await pool.take({ class: 'docker', units: 1 }, signal);
  await pool.take({ class: 'constructor', units: 1 }, signal);
  await pool.take({ class: 'docker', units: 1 }, signal);
  let taken = false;
  const third = pool.take({ class: 'docker', units: 1 }, signal).then(() => (taken = true));
  await tick();
  expect(taken).toBe(false);
  void third;
});

test('who asks for more than there is gets all, and is not overtaken', async () => {
  const pool = createWorkerPool(2, {});
  const order: string[] = [];
  const first = await pool.take({ class: 'cpu', units: 1 }, signal);
  const big = pool.take({ class: 'cpu', units: 99 }, signal).then((release) => (order.push('big'), release));
  const small = pool.take({ class: 'cpu', units: 1 }, signal).then((release) => (order.push('small'), release));
  await tick();
  expect(order).toEqual([]);
  first();
  (await big)();
  (await small)();
  expect(order).toEqual(['big', 'small']);
});

test('whoever gives up in the queue lets the others pass', async () => {
  const pool = createWorkerPool(2, {});
  const held = await pool.take({ class: 'cpu', units: 1 }, signal);
  const controller = new AbortController();
  const big = pool.take({ class: 'cpu', units: 2 }, controller.signal);
  const small = pool.take({ class: 'cpu', units: 1 }, signal);
  controller.abort();
  await expect(big).rejects.toThrow();
  (await small)();
  held();
  held();
  await expect(pool.take({ class: 'cpu', units: 1 }, AbortSignal.abort())).rejects.toThrow();
});
