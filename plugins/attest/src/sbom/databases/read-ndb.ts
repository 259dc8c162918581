import { adler32 } from './adler32.ts';
import { RpmHeaderError, readRpmHeader } from './rpm-header.ts';
import type { DatabaseProblem, InstalledPackage, ReadDatabase } from '../installed-package.ts';

// rpm's own database of packages (`Packages.db`, "ndb"), as SUSE has it. Numbers have the low byte first; blocks and slots have 16 bytes. The file begins with
// a header of 32 bytes (magic `RpmP`, version 0, generation, pages of slots, next package) that takes the place of two slots; the pages of 4096 bytes are
// full of slots (magic `Slot`, package, first block, blocks). A package lies in blocks: magic `BlbS`, package, generation, bytes; the header of the package;
// zeros; Adler-32 of all before, bytes, magic `BlbE`. Format: the comments and constants of rpm's lib/backend/ndb/rpmpkg.c.

/** The packages in the order of their numbers. */
export function readNdb(bytes: Buffer, file: string): ReadDatabase {
  const problems: DatabaseProblem[] = [];
  const report = (offset: number, message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, message, offset });
  };
  const packages = new Map<number, InstalledPackage>();
  for (const slot of readSlots(bytes, report)) {
    const blob = readBlob(bytes, slot, report);
    if (blob === undefined) continue;
    if (packages.has(slot.number)) report(slot.at, `Two slots are of package ${slot.number}.`);
    try {
      packages.set(slot.number, readRpmHeader(blob));
    } catch (error) {
      if (!(error instanceof RpmHeaderError)) throw error;
      report(blob.byteOffset - bytes.byteOffset + error.offset, `Package ${slot.number}: ${error.message}.`);
    }
  }
  return { packages: [...packages].sort(([a], [b]) => a - b).map(([, one]) => one), problems };
}

type Report = (offset: number, message: string) => void;

interface Slot {
  /** Byte of the slot itself. */
  readonly at: number;
  readonly number: number;
  readonly firstBlock: number;
  readonly blocks: number;
}

const UNIT = 16;
const PAGE = 4096;
const HEADER = 32;
const HEAD = 16;
const TAIL = 12;
const MAX_PROBLEMS = 20;

function readSlots(bytes: Buffer, report: Report): readonly Slot[] {
  if (bytes.length < PAGE || bytes.length % UNIT !== 0) return report(bytes.length, `Expected whole blocks of ${UNIT} bytes and at least one page of slots; found ${bytes.length} bytes: it was cut off.`), [];
  const magic = bytes.toString('latin1', 0, 4);
  if (magic !== 'RpmP') return report(0, `Expected the database to begin with "RpmP"; found ${JSON.stringify(magic)}.`), [];
  const version = bytes.readUInt32LE(4);
  if (version !== 0) return report(4, `Expected version 0 of the format; found ${version}.`), [];
  const pages = bytes.readUInt32LE(12);
  if (pages < 1 || pages * PAGE > bytes.length) return report(12, `Expected ${pages} pages of slots; the file has ${bytes.length} bytes.`), [];
  const slots: Slot[] = [];
  for (let at = HEADER; at < pages * PAGE; at += UNIT) {
    const found = bytes.toString('latin1', at, at + 4);
    if (found !== 'Slot') {
      report(at, `Expected a slot; found ${JSON.stringify(found)}.`);
      continue;
    }
    const [number, firstBlock, blocks] = [bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)];
    if (firstBlock === 0) continue;
    if (number === 0 || blocks * UNIT < HEAD + TAIL || firstBlock * UNIT < pages * PAGE || (firstBlock + blocks) * UNIT > bytes.length) {
      report(at, `The slot of package ${number} names ${blocks} blocks from block ${firstBlock}, and the file has ${bytes.length / UNIT}.`);
      continue;
    }
    slots.push({ at, number, firstBlock, blocks });
  }
  return slots;
}

function readBlob(bytes: Buffer, { number, firstBlock, blocks }: Slot, report: Report): Buffer | undefined {
  const start = firstBlock * UNIT;
  const end = start + blocks * UNIT;
  const size = bytes.readUInt32LE(start + 12);
  if (bytes.toString('latin1', start, start + 4) !== 'BlbS' || bytes.readUInt32LE(start + 4) !== number || Math.ceil((HEAD + size + TAIL) / UNIT) !== blocks) {
    return report(start, `Expected package ${number} in ${blocks} blocks; found something else.`), undefined;
  }
  if (bytes.toString('latin1', end - 4, end) !== 'BlbE' || bytes.readUInt32LE(end - 8) !== size) return report(end - TAIL, `Expected the end of package ${number}; found something else.`), undefined;
  const [stated, found] = [bytes.readUInt32LE(end - TAIL), adler32(bytes.subarray(start, end - TAIL))];
  if (stated !== found) return report(start, `The checksum of package ${number} is ${found.toString(16)}, and the database states ${stated.toString(16)}: bytes were changed.`), undefined;
  return bytes.subarray(start + HEAD, start + HEAD + size);
}
