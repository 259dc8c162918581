import type { EngineClient } from './client.ts';
import { fieldsOf, itemsOf, textOf } from './json-answer.ts';

// Which program answers. Podman speaks Docker's API, but means other things by some of it: see where `productOf` is asked.

export interface EngineProduct {
  readonly name: 'docker' | 'podman';
  /** `20.10.24`. */
  readonly version: string;
}

/** Asks the engine what it is; the answer is remembered as long as the client. Throws what the client's `ask` throws. */
export async function productOf(client: EngineClient, signal: AbortSignal): Promise<EngineProduct> {
  const known = products.get(client);
  if (known !== undefined) return known;
  const product = readProduct(await client.ask({ method: 'GET', path: '/version', signal }));
  products.set(client, product);
  return product;
}

const products = new WeakMap<EngineClient, EngineProduct>();

/** Format: Docker Engine API, SystemVersion. Podman names itself among the components. */
function readProduct(answer: unknown): EngineProduct {
  const fields = fieldsOf(answer);
  const isPodman = itemsOf(fields.get('Components')).some((component) => textOf(fieldsOf(component).get('Name')).startsWith('Podman'));
  return { name: isPodman ? 'podman' : 'docker', version: textOf(fields.get('Version')) };
}
