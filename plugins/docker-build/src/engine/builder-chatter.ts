import type { EngineProduct } from './product.ts';

/** Tells lines about the builder's own bookkeeping, which say nothing to who wrote the recipe, from the output of steps. One for each build. */
export function createChatterFilter(product: EngineProduct): (line: string) => boolean {
  // When Podman has come to writing the image, no step runs any more; it ends with the bare id.
  let isWriting = false;
  return (line) => {
    if (product.name === 'podman') isWriting ||= /^COMMIT(?: |$)/.test(line);
    return line === '' || isWriting || chatter[product.name].some((form) => form.test(line));
  };
}

const chatter: Readonly<Record<EngineProduct['name'], readonly RegExp[]>> = {
  docker: [/^ ---> (?:[0-9a-f]{12}|Running in [0-9a-f]{12}|Using cache)$/, /^(?:Removing intermediate container|Successfully (?:built|tagged)) /],
  podman: [/^--> (?:[0-9a-f]{11,12}|Using cache [0-9a-f]{64})$/],
};
