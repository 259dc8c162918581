// What it costs to get layers and contents out of an engine, to choose the way. Measured with Docker 20.10 on overlay2, as processor time of the engine, to
// which the waiting is proportional: a push compresses each layer by gzip; saving writes all layers of the image into files and reads them again; the
// files of a container come straight from the disk. How good the estimate is changes the time only.

/** Milliseconds for a megabyte of the layers that are pushed. */
const PUSH = 50;
/** Milliseconds for a megabyte of all layers of the image. */
const SAVE = 9.5;
/** Milliseconds for a megabyte of the whole root filesystem. */
const EXPORT = 2.7;
/** Milliseconds for a push or a container, whatever the size. */
const START = 100;

export interface Sizes {
  /** Bytes of the layers that are wanted. */
  readonly wanted: number;
  /** Bytes of all layers of the image. */
  readonly all: number;
}

/** Whether it is cheaper to have layers pushed than to save the image. */
export function isPushCheaperThanSave({ wanted, all }: Sizes): boolean {
  return START + wanted * PUSH * MEGA < all * SAVE * MEGA;
}

/** Whether it is cheaper to have layers pushed for their contents than to read all files of the image. */
export function isPushCheaperThanExport({ wanted, all }: Sizes): boolean {
  return wanted * PUSH * MEGA < all * EXPORT * MEGA;
}

const MEGA = 1e-6;
