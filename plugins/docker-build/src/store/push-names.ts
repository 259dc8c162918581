import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointName } from '../engine/connection-failure.ts';
import type { Endpoint } from '../engine/endpoint.ts';
import type { ImageName } from '../engine/images.ts';
import { isOfDeadProcess } from '../process-identity.ts';

// Names that images have for the time of a push, noted in files before the engine has them: a process that is killed leaves both, and the next one takes both
// away. An engine can be asked for its names, too, but with thousands of images it takes seconds to answer.

export class PushNames {
  readonly #folder: string;
  readonly #engine: string;

  /** `folder` is made when it is missing; several engines may share it. */
  constructor(folder: string, engine: Endpoint) {
    this.#folder = folder;
    this.#engine = endpointName(engine);
  }

  /** Notes a name whose tag is that of a process, see `createProcessName`. False where the folder cannot be written to: then the name must not be given. */
  note({ repository, tag }: ImageName): boolean {
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(join(this.#folder, tag), `${repository}\n${this.#engine}\n`, { flag: 'wx' });
      return true;
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) return false;
      throw error;
    }
  }

  /** To be called when the engine no longer has the name. */
  forget({ tag }: ImageName): void {
    rmSync(join(this.#folder, tag), { force: true });
  }

  /** What processes that are gone have left in this engine. */
  left(): readonly ImageName[] {
    return this.#files().filter((tag) => isOfDeadProcess(tag)).flatMap((tag) => {
      const [repository = '', engine] = this.#read(tag).split('\n');
      // Written in part, or by somebody else: no name was given then.
      if (!repositoryForm.test(repository)) this.forget({ repository, tag });
      return repositoryForm.test(repository) && engine === this.#engine ? [{ repository, tag }] : [];
    });
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) return [];
      throw error;
    }
  }

  #read(tag: string): string {
    try {
      return readFileSync(join(this.#folder, tag), 'latin1');
    } catch (error) {
      // Another process has just taken it away.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  }
}

const repositoryForm = /^127\.0\.0\.1:\d{1,5}\/cos-[0-9a-f]{16}$/;
