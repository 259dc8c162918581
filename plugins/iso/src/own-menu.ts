import { readFile } from 'node:fs/promises';
import type { MenuTemplate } from './medium/boot-menu.ts';

/** Lies beside `src` and beside `dist`. A change of it needs a new `version` of the stage `medium`. */
const location = new URL('../templates/grub.cfg.hbs', import.meta.url);

/** The boot menu's template of this plugin. */
export async function readOwnMenu(): Promise<MenuTemplate> {
  return { name: 'grub.cfg.hbs', text: await readFile(location, 'utf8') };
}
