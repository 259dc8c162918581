import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';

// Which commands made an image, as its config tells: that of who built it. Good for finding an image under a wrong tag, not for more.

const form = z.object({ history: z.optional(z.array(z.object({ created_by: z.optional(z.string()) }))) });

/** Commands of RUN instructions without build arguments, the oldest first, in {@link normalCommand} form. Formats: docker's classic builder, BuildKit, buildah. */
export function listCommands(configText: string): readonly string[] {
  const read = parseJson(configText, form);
  if (!read.ok) return [];
  return (read.value.history ?? []).flatMap(({ created_by: text = '' }) => {
    const command = /^(?:RUN )?\/bin\/sh -c (?!#\(nop\))([\s\S]*?)(?: # buildkit)?$/.exec(text)?.[1];
    return command === undefined ? [] : [normalCommand(command)];
  });
}

/** A command without what builders change of it: continued lines and blanks. */
export function normalCommand(command: string): string {
  return command.replaceAll(/\\[ \t]*\r?\n/g, ' ').replaceAll(/\s+/g, ' ').trim();
}
