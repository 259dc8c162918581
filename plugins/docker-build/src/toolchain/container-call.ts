// What `run-in-container` is told, by a variable of its environment, which nobody but the own user can read.

/** The variable; its value is the JSON of a {@link ContainerCall}. */
export const callVariable = 'CONTAINER_CALL';

/** The label of its containers; its value is the identity of the run. */
export const runLabel = 'cos.toolchain.run';

export interface ContainerCall {
  readonly engine:
    | { readonly socketPath: string }
    | { readonly host: string; readonly port: number; readonly tls?: { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined } };
  /** The body for the engine's request to create a container, without the command. Format: Docker Engine API, ContainerCreate. */
  readonly container: Readonly<Record<string, unknown>>;
}
