import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseProblem, InstalledPackage, ReadDatabase } from '../installed-package.ts';
import { importSqlite } from './import-sqlite.ts';
import { RpmHeaderError, readRpmHeader } from './rpm-header.ts';

/** The bytes of a database, and of the log of changes that SQLite has not written into it; undefined: there is none. */
export interface SqliteFiles {
  readonly database: Buffer;
  readonly log: Buffer | undefined;
}

/**
 * The packages of rpm's `rpmdb.sqlite`: the table `Packages` has a row for each, with its header. SQLite wants files, so they are put into `scratch`, a
 * folder of this reader alone. The database is from outside: what counts as the table must be one, and no code of the schema is trusted.
 */
export async function readSqlite({ database, log }: SqliteFiles, file: string, scratch: string): Promise<ReadDatabase> {
  if (database.toString('latin1', 0, MAGIC.length) !== MAGIC) return { packages: [], problems: [{ file, offset: 0, message: 'Expected a database of SQLite 3; found something else.' }] };
  const path = join(scratch, 'rpmdb.sqlite');
  await writeFile(path, database);
  if (log !== undefined) await writeFile(`${path}-wal`, log);
  const { DatabaseSync } = await importSqlite();
  const packages: InstalledPackage[] = [];
  const problems: DatabaseProblem[] = [];
  const opened = new DatabaseSync(path);
  try {
    opened.exec('PRAGMA trusted_schema = OFF');
    const [check] = opened.prepare('PRAGMA quick_check(1)').all();
    const damage = Object.values(check ?? {})[0];
    if (damage !== 'ok') return { packages, problems: [{ file, message: `SQLite finds it damaged: ${String(damage)}.` }] };
    const [table] = opened.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'Packages'").all();
    if (table === undefined || !/^CREATE TABLE /i.test(String(table['sql']))) return { packages, problems: [{ file, message: 'Expected a table "Packages"; there is none.' }] };
    for (const { hnum, blob } of opened.prepare('SELECT hnum, blob FROM Packages ORDER BY hnum').iterate()) {
      if (problems.length >= MAX_PROBLEMS) break;
      try {
        packages.push(readRpmHeader(blob instanceof Uint8Array ? Buffer.from(blob) : Buffer.alloc(0)));
      } catch (error) {
        if (!(error instanceof RpmHeaderError)) throw error;
        problems.push({ file, message: `Row ${String(hnum)} of the table "Packages", byte ${error.offset} of its header: ${error.message}.` });
      }
    }
    return { packages, problems };
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return { packages: [], problems: [{ file, message: `SQLite cannot read it: ${error.message}.` }] };
  } finally {
    opened.close();
  }
}

const MAGIC = 'SQLite format 3\0';
const MAX_PROBLEMS = 20;

function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}
