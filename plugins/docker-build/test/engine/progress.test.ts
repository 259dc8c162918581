import { describe, expect, it } from 'vitest';
import { readProgress, type Progress } from '../../src/engine/progress.ts';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly Progress[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const events: Progress[] = [];
  for await (const event of readProgress(stream())) events.push(event);
  return events;
}

describe('the engine\'s stream of progress', () => {
  it('is read however it is cut into chunks, also inside of a character', async () => {
    const bytes = Buffer.from('{"stream":"Step 1/2 : FROM x\\n"}\r\n{"stream":"grü"}\n{"stream":"n\\nrest"}\n');
    const whole = await read(bytes);
    expect(whole).toEqual([{ kind: 'step', number: 1, total: 2, text: 'FROM x' }, { kind: 'line', text: 'grün' }, { kind: 'line', text: 'rest' }]);
    expect(await read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('has plain lines: no colours, and the last state of a line that overwrote itself', async () => {
    expect(await read(`${JSON.stringify({ stream: '\u001B[91mred\u001B[0m\n10%\r20%\r\n' })}\n`)).toEqual([{ kind: 'line', text: 'red' }, { kind: 'line', text: '20%' }]);
  });

  it('tells an error with its exit status, after the last unfinished line', async () => {
    expect(await read('{"stream":"no line end"}\n{"errorDetail":{"code":3,"message":"m"},"error":"m"}\n')).toEqual([
      { kind: 'line', text: 'no line end' }, { kind: 'error', message: 'm', exitCode: 3 },
    ]);
  });

  it('shows what is no JSON as it is, and no bars of progress', async () => {
    expect(await read('Bad gateway\n{"status":"Downloading","progressDetail":{"current":1}}\n{"status":"Pulled"}\n')).toEqual([{ kind: 'line', text: 'Bad gateway' }, { kind: 'line', text: 'Pulled' }]);
  });
});
