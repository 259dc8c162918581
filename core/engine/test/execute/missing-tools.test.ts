import { describe, expect, test } from 'vitest';
import { defineTool } from '../../src/model/tool.ts';
import { joinStage } from './stages.ts';
import { makePipeline, makeWorkspace } from './workspace.ts';

describe('tools', () => {
  test('that are missing are told in one list with the stages that need them, and nothing runs', async () => {
    const stage = (name: string) => joinStage([], { tools: ['sh', defineTool({ name, packages: { debian: `${name}-utils`, fedora: `${name}-tools` } })] });
    const ran = await makeWorkspace().run(
      makePipeline({
        tasks: [
          { stage: joinStage(), name: 'fine' },
          { stage: stage('nonesuch'), stageName: 'one', name: 'a' },
          { stage: stage('nonesuch'), stageName: 'two', name: 'b' },
          { stage: joinStage([], { tools: ['neither', { name: 'sh', files: ['/nonesuch/file'] }] }), stageName: 'three', name: 'c' },
        ],
      }),
    );
    expect(ran.summary).toMatchObject({ exitCode: 3, built: 0, cancelled: 4 });
    const shown = ran.events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []));
    expect(shown).toMatchInlineSnapshot(`
      [
        {
          "code": "COS_TOOL_MISSING",
          "hint": "Install nonesuch-utils. Debian: apt-get install nonesuch-utils; Fedora: dnf install nonesuch-tools.",
          "message": "The tool \`nonesuch\` was not found on this host.",
          "notes": [
            {
              "message": "needed by test.one, test.two",
            },
          ],
          "severity": "error",
        },
        {
          "code": "COS_TOOL_MISSING",
          "hint": "Install the package that brings \`neither\`.",
          "message": "The tool \`neither\` was not found on this host.",
          "notes": [
            {
              "message": "needed by test.three",
            },
          ],
          "severity": "error",
        },
        {
          "code": "COS_TOOL_FILE_MISSING",
          "hint": "Install the package that brings \`sh\`.",
          "message": "\`sh\` needs /nonesuch/file, which was not found on this host.",
          "notes": [
            {
              "message": "needed by test.three",
            },
          ],
          "severity": "error",
        },
      ]
    `);
  });
});
